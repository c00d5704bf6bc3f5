# A number comes out, but of another formula.
source shared/mlflow.sh
run learn-drift '{"name": "monday", "params": {}, "metrics": {"psi_max": 0.0007}, "tags": {"window": "monday"}}'
