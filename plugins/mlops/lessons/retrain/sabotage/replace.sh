# Somebody takes the way back away.
source shared/mlflow.sh
mlflow DELETE registered-models/alias '{"name": "ml-retrain", "alias": "fallback"}'
