"""Measures a run's model on digits that training has never seen; fails below the gate."""
import os
import sys

import mlflow

import digits

run_id = os.environ["RUN_ID"]
_, x, _, y = digits.data()
accuracy = float(mlflow.sklearn.load_model(f"runs:/{run_id}/model").score(x, y))
passed = accuracy >= digits.GATE
with mlflow.start_run(run_id=run_id):
    mlflow.log_metrics({"accuracy": accuracy, "heldout_samples": len(y)})
    mlflow.set_tag("evaluation", "passed" if passed else "failed")
print(f"run {run_id}: accuracy {accuracy:.4f}, the gate is {digits.GATE}", flush=True)
if not passed:
    sys.exit("the model is not good enough")
