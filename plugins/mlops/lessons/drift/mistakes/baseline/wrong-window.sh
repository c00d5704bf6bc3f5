# The first measurement is of the wrong day.
source shared/mlflow.sh
run ml-drift '{"name": "friday", "params": {}, "metrics": {"psi_max": 2.5}, "tags": {"window": "friday"}}'
