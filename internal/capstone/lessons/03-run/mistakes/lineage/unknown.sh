# A commit that the repository does not have.
source shared/mlflow.sh
run=$(runs my-digits "tags.evaluation = 'passed'" | sed -n 1p | jq -r .info.run_id)
mlflow POST runs/set-tag "{\"run_id\": \"$run\", \"key\": \"mlflow.source.git.commit\",
  \"value\": \"0123456789abcdef0123456789abcdef01234567\"}"
