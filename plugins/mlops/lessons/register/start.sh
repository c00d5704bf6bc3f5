# Three runs of three trainings, and an empty registry.
source shared/mlflow.sh
source shared/candidate.sh

forget ml-register
mlflow DELETE registered-models/delete '{"name": "train-first"}' >/dev/null 2>&1 || true # of a mistake
candidate ml-register first >/dev/null
candidate ml-register poor >/dev/null
# The third has not been evaluated yet.
run=$(candidate ml-register best)
mlflow POST runs/set-tag "{\"run_id\": \"$run\", \"key\": \"evaluation\", \"value\": \"pending\"}" >/dev/null
