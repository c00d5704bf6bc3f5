# The run tells its model; a version of a registered model points to both.
source shared/mlflow.sh
run=$(runs ml-register "attributes.run_name = 'train-first'" | jq -r .info.run_id)
model=$(mlflow GET "runs/get?run_id=$run" | jq -r '.run.outputs.model_outputs[0].model_id')

mlflow POST registered-models/create '{"name": "ml-register"}' || echo "there is such a model already"
mlflow POST model-versions/create "{\"name\": \"ml-register\",
  \"source\": \"models:/$model\", \"model_id\": \"$model\", \"run_id\": \"$run\"}" | jq .model_version.version
