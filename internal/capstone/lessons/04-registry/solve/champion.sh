# The run tells its model; the version points to both; the alias says that it is the one.
source shared/mlflow.sh
run=$(runs my-digits "tags.evaluation = 'passed'" | sed -n 1p | jq -r .info.run_id)
model=$(mlflow GET "runs/get?run_id=$run" | jq -r '.run.outputs.model_outputs[0].model_id')

mlflow POST registered-models/create '{"name": "my-digits"}' >/dev/null 2>&1 || echo "there is such a model already"
version=$(mlflow POST model-versions/create "{\"name\": \"my-digits\", \"source\": \"models:/$model\",
  \"model_id\": \"$model\", \"run_id\": \"$run\"}" | jq -r .model_version.version)
mlflow POST registered-models/alias "{\"name\": \"my-digits\", \"alias\": \"champion\", \"version\": \"$version\"}"
echo "my-digits@champion is version $version, from run $run"
