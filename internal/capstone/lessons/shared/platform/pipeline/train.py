"""Trains a classifier of handwritten digits; the parameters come from the environment."""
import os

import mlflow
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import digits

parameters = {"C": float(os.environ["C"]), "seed": int(os.environ["SEED"])}
x, _, y, _ = digits.data()

mlflow.set_experiment(digits.NAME)
with mlflow.start_run(run_name="train", tags={"evaluation": "pending"}) as run:
    mlflow.log_params(parameters)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=parameters["C"], max_iter=300, random_state=parameters["seed"]))
    model.fit(x, y)
    mlflow.log_metric("train_accuracy", model.score(x, y))
    mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn", "skops"])
    print(f"trained run {run.info.run_id} with {parameters}", flush=True)
