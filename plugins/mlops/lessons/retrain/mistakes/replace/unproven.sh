# Champion becomes a model that nobody has measured on old and new digits.
source shared/mlflow.sh
source shared/candidate.sh
version=$(version ml-retrain "$(candidate ml-retrain first)")
mlflow POST registered-models/alias "{\"name\": \"ml-retrain\", \"alias\": \"champion\", \"version\": \"$version\"}"
