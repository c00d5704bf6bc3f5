# The model server answers; there is no function yet.
source shared/mlflow.sh
source shared/candidate.sh
source shared/steps.sh
start_of 7
