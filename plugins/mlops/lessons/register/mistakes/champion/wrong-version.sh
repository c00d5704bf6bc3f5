# The alias goes to the model that has failed its evaluation.
source shared/mlflow.sh
source shared/candidate.sh
version=$(version ml-register "$(runs ml-register "attributes.run_name = 'train-poor'" | jq -r .info.run_id)")
mlflow POST registered-models/alias "{\"name\": \"ml-register\", \"alias\": \"champion\", \"version\": \"$version\"}"
