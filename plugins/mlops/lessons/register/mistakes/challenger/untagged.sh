# Both aliases are right, but nothing says how far the challenger has got.
source shared/mlflow.sh
source shared/candidate.sh
first=$(runs ml-register "attributes.run_name = 'train-first'" | jq -r .info.run_id)
champion=$(mlflow GET "model-versions/search?filter=run_id%3D%27$first%27" | jq -r '.model_versions[0].version')
challenger=$(version ml-register "$(runs ml-register "attributes.run_name = 'train-best'" | jq -r .info.run_id)")
mlflow POST registered-models/alias "{\"name\": \"ml-register\", \"alias\": \"champion\", \"version\": \"$champion\"}"
mlflow POST registered-models/alias "{\"name\": \"ml-register\", \"alias\": \"challenger\", \"version\": \"$challenger\"}"
