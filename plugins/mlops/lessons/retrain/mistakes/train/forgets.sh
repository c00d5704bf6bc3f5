# Only the new data: what these runs look like, without waiting for the training.
source shared/mlflow.sh
run ml-retrain '{"name": "retrain-new", "params": {"data": "new", "train_samples": 600}, "tags": {"trigger": "drift"},
  "metrics": {"accuracy_old": 0.60, "accuracy_new": 0.95, "champion_old": 0.97, "champion_new": 0.60}}'
