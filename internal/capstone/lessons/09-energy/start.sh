# The function runs without a break, whether anybody calls it or not.
source shared/mlflow.sh
source shared/candidate.sh
source shared/steps.sh
start_of 9
