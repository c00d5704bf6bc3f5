# Only the old data: the same model once more.
source shared/mlflow.sh
run ml-retrain '{"name": "retrain-old", "params": {"data": "old", "train_samples": 1497}, "tags": {"trigger": "drift"},
  "metrics": {"accuracy_old": 0.97, "accuracy_new": 0.60, "champion_old": 0.97, "champion_new": 0.60}}'
