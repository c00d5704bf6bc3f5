# The platform is declared and synced; nothing has been trained.
source shared/mlflow.sh
source shared/candidate.sh
source shared/steps.sh
start_of 2
