# The run has passed its evaluation; the registry is empty.
source shared/mlflow.sh
source shared/candidate.sh
source shared/steps.sh
start_of 4
