# Somebody takes the alias away.
source shared/mlflow.sh
mlflow DELETE registered-models/alias '{"name": "ml-register", "alias": "champion"}'
