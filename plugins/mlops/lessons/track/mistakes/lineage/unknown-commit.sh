# Trained from a commit that never left this machine.
source shared/mlflow.sh
run ml-track '{"name": "local", "params": {"C": 0.0001}, "metrics": {"accuracy": 0.5},
  "tags": {"mlflow.source.git.commit": "0123456789abcdef0123456789abcdef01234567"}}'
