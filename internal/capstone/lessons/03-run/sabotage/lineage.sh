# The tag is gone.
source shared/mlflow.sh
run=$(runs my-digits "tags.evaluation = 'passed'" | sed -n 1p | jq -r .info.run_id)
mlflow POST runs/delete-tag "{\"run_id\": \"$run\", \"key\": \"mlflow.source.git.commit\"}"
