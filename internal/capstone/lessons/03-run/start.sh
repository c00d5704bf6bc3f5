# There is a trained model in MLflow; nobody has evaluated it.
source shared/mlflow.sh
source shared/candidate.sh
source shared/steps.sh
start_of 3
