# Somebody takes the way back away.
source shared/mlflow.sh
mlflow DELETE registered-models/alias '{"name": "learn-retrain", "alias": "fallback"}'
