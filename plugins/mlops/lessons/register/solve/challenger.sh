# A second version beside the first: with an alias of its own, and a tag that says how far it has got.
source shared/mlflow.sh
source shared/candidate.sh
first=$(runs ml-register "attributes.run_name = 'train-first'" | jq -r .info.run_id)
champion=$(mlflow GET "model-versions/search?filter=run_id%3D%27$first%27" | jq -r '.model_versions[0].version')
best=$(runs ml-register "attributes.run_name = 'train-best'" | jq -r .info.run_id)
challenger=$(version ml-register "$best")

mlflow POST model-versions/set-tag "{\"name\": \"ml-register\", \"version\": \"$challenger\", \"key\": \"validation\", \"value\": \"pending\"}"
mlflow POST registered-models/alias "{\"name\": \"ml-register\", \"alias\": \"challenger\", \"version\": \"$challenger\"}"
mlflow POST registered-models/alias "{\"name\": \"ml-register\", \"alias\": \"champion\", \"version\": \"$champion\"}"
