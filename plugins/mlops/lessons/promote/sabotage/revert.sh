# Registry and git disagree again.
source shared/mlflow.sh
mlflow POST registered-models/alias '{"name": "learn-promote", "alias": "champion", "version": "3"}'
