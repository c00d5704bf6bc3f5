# One Job, one commit, one dataset, several values of C: that can be compared.
source shared/mlflow.sh
~/ml-track/run.sh 0.001 0.01 0.1

for id in $(runs ml-track "tags.candidate = 'yes'" | jq -r .info.run_id); do
  mlflow POST runs/delete-tag "{\"run_id\": \"$id\", \"key\": \"candidate\"}"
done
best=$(runs ml-track | jq -s -r '
  max_by(.data.metrics[]? | select(.key == "accuracy") | .value) | .info.run_id')
mlflow POST runs/set-tag "{\"run_id\": \"$best\", \"key\": \"candidate\", \"value\": \"yes\"}"
echo "the candidate is run $best"
