# The gate does not stop anything: the poor model gets a version.
source shared/mlflow.sh
source shared/candidate.sh
run=$(candidate ml-pipeline poor)
mlflow POST runs/set-tag "{\"run_id\": \"$run\", \"key\": \"pipeline\", \"value\": \"pipeline-poor\"}"
version ml-pipeline "$run"
