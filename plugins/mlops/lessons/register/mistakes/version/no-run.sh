# A version from files alone: nobody can tell which run they come from.
source shared/mlflow.sh
mlflow POST registered-models/create '{"name": "learn-register"}' >/dev/null 2>&1 || true
run=$(runs learn-register "attributes.run_name = 'train-first'" | jq -r .info.run_id)
model=$(mlflow GET "runs/get?run_id=$run" | jq -r '.run.outputs.model_outputs[0].model_id')
files=$(mlflow GET "logged-models/$model" | jq -r .model.info.artifact_uri)
mlflow POST model-versions/create "{\"name\": \"learn-register\", \"source\": \"$files\"}"
