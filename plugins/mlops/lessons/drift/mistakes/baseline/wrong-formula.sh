# A number comes out, but of another formula.
source shared/mlflow.sh
run ml-drift '{"name": "monday", "params": {}, "metrics": {"psi_max": 0.0007}, "tags": {"window": "monday"}}'
