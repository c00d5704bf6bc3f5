# Register the run, say why, keep a way back, and only then move the champion.
source shared/mlflow.sh
run=$(runs ml-retrain "params.data = 'both' and attributes.status = 'FINISHED'" | head -1 | jq -r .info.run_id)
model=$(mlflow GET "runs/get?run_id=$run" | jq -r '.run.outputs.model_outputs[0].model_id')
version=$(mlflow POST model-versions/create "{\"name\": \"ml-retrain\", \"source\": \"models:/$model\",
  \"model_id\": \"$model\", \"run_id\": \"$run\"}" | jq -r .model_version.version)

mlflow POST model-versions/set-tag "{\"name\": \"ml-retrain\", \"version\": \"$version\", \"key\": \"reason\", \"value\": \"drift\"}"
mlflow POST registered-models/alias '{"name": "ml-retrain", "alias": "fallback", "version": "1"}'
mlflow POST registered-models/alias "{\"name\": \"ml-retrain\", \"alias\": \"champion\", \"version\": \"$version\"}"
