# The repository holds a README only, and Argo CD knows nothing of the platform.
source shared/mlflow.sh
source shared/candidate.sh
source shared/steps.sh
start_of 1
