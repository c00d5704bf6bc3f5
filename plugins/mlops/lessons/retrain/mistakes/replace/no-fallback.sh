# The champion is moved, and nobody has noted who it was before.
source shared/mlflow.sh
source shared/candidate.sh
version=$(version learn-retrain "$(runs learn-retrain "params.data = 'both' and attributes.status = 'FINISHED'" | head -1 | jq -r .info.run_id)")
mlflow POST model-versions/set-tag "{\"name\": \"learn-retrain\", \"version\": \"$version\", \"key\": \"reason\", \"value\": \"drift\"}"
mlflow POST registered-models/alias "{\"name\": \"learn-retrain\", \"alias\": \"champion\", \"version\": \"$version\"}"
