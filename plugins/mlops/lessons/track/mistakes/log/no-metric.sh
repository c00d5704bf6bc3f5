# Only what went in is logged, not what came out.
source shared/mlflow.sh
run ml-track '{"name": "half", "params": {"C": 0.0001}}'
