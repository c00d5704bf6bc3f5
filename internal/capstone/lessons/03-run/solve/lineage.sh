# The commit whose parameters and code this run was made from.
source shared/mlflow.sh
run=$(runs my-digits "tags.evaluation = 'passed'" | sed -n 1p | jq -r .info.run_id)
commit=$(git -C ~/my-platform log -1 --format=%H -- pipeline)
mlflow POST runs/set-tag "{\"run_id\": \"$run\", \"key\": \"mlflow.source.git.commit\", \"value\": \"$commit\"}"
echo "run $run was made from commit $commit"
