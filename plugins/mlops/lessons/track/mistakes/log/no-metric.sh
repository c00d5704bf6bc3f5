# Only what went in is logged, not what came out.
source shared/mlflow.sh
run learn-track '{"name": "half", "params": {"C": 0.0001}}'
