# The training tells MLflow what went in (parameter) and what came out (metric).
cd ~/ml-track
cat > train.py <<'PYTHON'
"""Trains a classifier of handwritten digits; every model is a run in MLflow."""
import os

import mlflow
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x, y = load_digits(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(x, y, test_size=300, random_state=14, stratify=y)

mlflow.set_experiment("ml-track")

# C may hold several values, such as "0.01 0.1 1": each makes a model of its own.
for C in os.environ["C"].split():
    with mlflow.start_run():
        mlflow.log_param("C", C)
        model = make_pipeline(StandardScaler(), LogisticRegression(C=float(C), max_iter=200))
        model.fit(train_x, train_y)
        accuracy = model.score(test_x, test_y)
        mlflow.log_metric("accuracy", accuracy)
        print(f"C={C} accuracy={accuracy:.4f}", flush=True)
PYTHON
git commit -qam "Log parameter and metric to MLflow" || echo "committed already"
git push -q origin main
./run.sh
