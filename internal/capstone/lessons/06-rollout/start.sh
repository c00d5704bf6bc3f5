# Git declares the champion's version; nobody has rolled it out.
source shared/mlflow.sh
source shared/candidate.sh
source shared/steps.sh
start_of 6
