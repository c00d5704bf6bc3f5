# The right model, registered under the name of its run.
source shared/mlflow.sh
source shared/candidate.sh
version train-first "$(runs ml-register "attributes.run_name = 'train-first'" | jq -r .info.run_id)"
