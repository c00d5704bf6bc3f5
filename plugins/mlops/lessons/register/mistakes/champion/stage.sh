# The way of old: a stage in place of an alias.
source shared/mlflow.sh
run=$(runs ml-register "attributes.run_name = 'train-first'" | jq -r .info.run_id)
version=$(mlflow GET "model-versions/search?filter=run_id%3D%27$run%27" | jq -r '.model_versions[0].version')
mlflow POST model-versions/transition-stage "{\"name\": \"ml-register\", \"version\": \"$version\",
  \"stage\": \"Production\", \"archive_existing_versions\": false}"
