# There is a champion; git declares no version yet.
source shared/mlflow.sh
source shared/candidate.sh
source shared/steps.sh
start_of 5
