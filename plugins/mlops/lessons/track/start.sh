# No runs, no Jobs, and a repository whose training tells nothing to MLflow.
source shared/mlflow.sh
source shared/git.sh

forget learn-track
kubectl -n learn-track delete jobs --all --wait=false
repository learn-track files
