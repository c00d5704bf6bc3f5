# The alias goes to the model that has failed its evaluation.
source shared/mlflow.sh
source shared/candidate.sh
version=$(version learn-register "$(runs learn-register "attributes.run_name = 'train-poor'" | jq -r .info.run_id)")
mlflow POST registered-models/alias "{\"name\": \"learn-register\", \"alias\": \"champion\", \"version\": \"$version\"}"
