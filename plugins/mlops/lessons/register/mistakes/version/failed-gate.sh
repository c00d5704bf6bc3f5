# The model whose evaluation has failed is registered.
source shared/mlflow.sh
source shared/candidate.sh
version ml-register "$(runs ml-register "attributes.run_name = 'train-poor'" | jq -r .info.run_id)"
