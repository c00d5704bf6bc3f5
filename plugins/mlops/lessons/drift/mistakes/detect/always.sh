# A threshold so low that every day is an alarm.
source shared/mlflow.sh
run ml-drift '{"name": "monday", "metrics": {"psi_max": 0.05}, "tags": {"window": "monday", "drift": "yes"}}'
run ml-drift '{"name": "friday", "metrics": {"psi_max": 2.5}, "tags": {"window": "friday", "drift": "yes"}}'
