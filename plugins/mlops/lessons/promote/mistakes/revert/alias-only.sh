# The registry is changed; git, and so the server, know nothing of it.
source shared/mlflow.sh
mlflow POST registered-models/alias '{"name": "ml-promote", "alias": "champion", "version": "1"}'
