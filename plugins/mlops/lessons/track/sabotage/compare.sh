# Somebody moves the mark to the first run.
source shared/mlflow.sh
worst=$(runs ml-track | jq -s -r 'min_by(.data.metrics[]? | select(.key == "accuracy") | .value) | .info.run_id')
for id in $(runs ml-track "tags.candidate = 'yes'" | jq -r .info.run_id); do
  mlflow POST runs/delete-tag "{\"run_id\": \"$id\", \"key\": \"candidate\"}"
done
mlflow POST runs/set-tag "{\"run_id\": \"$worst\", \"key\": \"candidate\", \"value\": \"yes\"}"
