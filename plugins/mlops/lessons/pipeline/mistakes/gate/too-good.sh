# The parameter is so good that there is nothing to stop.
source shared/mlflow.sh
run ml-pipeline '{"name": "good", "params": {"C": 0.1}, "metrics": {"accuracy": 0.97}, "tags": {"pipeline": "pipeline-poor", "evaluation": "passed"}}'
