# The first measurement is of the wrong day.
source shared/mlflow.sh
run learn-drift '{"name": "friday", "params": {}, "metrics": {"psi_max": 2.5}, "tags": {"window": "friday"}}'
