# No runs, no Jobs, and a repository whose training tells nothing to MLflow.
source shared/mlflow.sh
source shared/git.sh

forget ml-track
kubectl -n ml-track delete jobs --all --wait=false
repository ml-track files
