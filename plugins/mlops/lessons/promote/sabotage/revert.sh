# Registry and git disagree again.
source shared/mlflow.sh
mlflow POST registered-models/alias '{"name": "ml-promote", "alias": "champion", "version": "3"}'
