"""Trains a challenger and measures it against the champion on the same held-out digits.

DATA says what it learns from: old (before the new scanner), new (labelled since then), both.
"""
import os

import mlflow
import numpy
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

NAME = "ml-retrain"  # of the experiment and of the registered model
DATA = os.environ["DATA"]


def scanned(pixels):
    """The same digits from the new scanner: a little further to the right."""
    return numpy.roll(pixels.reshape(-1, 8, 8), 1, axis=2).reshape(-1, 64)


x, y = load_digits(return_X_y=True)
old_x, held_x, old_y, held_y = train_test_split(x, y, test_size=300, random_state=14, stratify=y)
# Labels are dear: of the new digits somebody has labelled 600.
new_x, new_y = scanned(old_x[:600]), old_y[:600]
train_x, train_y = {
    "old": (old_x, old_y),
    "new": (new_x, new_y),
    "both": (numpy.vstack([old_x, new_x]), numpy.concatenate([old_y, new_y])),
}[DATA]

mlflow.set_experiment(NAME)
with mlflow.start_run(run_name=f"retrain-{DATA}", tags={"trigger": "drift"}) as run:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300)).fit(train_x, train_y)
    champion = mlflow.sklearn.load_model(f"models:/{NAME}/1")
    mlflow.log_params({"data": DATA, "train_samples": len(train_y)})
    mlflow.log_metrics({
        "accuracy_old": model.score(held_x, held_y),
        "accuracy_new": model.score(scanned(held_x), held_y),
        "champion_old": champion.score(held_x, held_y),
        "champion_new": champion.score(scanned(held_x), held_y),
    })
    mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn", "skops"])
    print(run.info.run_id, mlflow.get_run(run.info.run_id).data.metrics, flush=True)
