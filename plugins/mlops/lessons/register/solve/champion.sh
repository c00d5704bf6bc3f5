# The alias goes to the version that was made from the run that has passed.
source shared/mlflow.sh
run=$(runs ml-register "attributes.run_name = 'train-first'" | jq -r .info.run_id)
version=$(mlflow GET "model-versions/search?filter=run_id%3D%27$run%27" | jq -r '.model_versions[0].version')

mlflow POST registered-models/alias "{\"name\": \"ml-register\", \"alias\": \"champion\", \"version\": \"$version\"}"
mlflow GET 'registered-models/alias?name=ml-register&alias=champion' | jq '{version: .model_version.version, run: .model_version.run_id}'
