# Somebody registers the model past the pipeline.
source shared/mlflow.sh
source shared/candidate.sh
version ml-pipeline "$(runs ml-pipeline "tags.pipeline = 'pipeline-poor'" | head -1 | jq -r .info.run_id)"
