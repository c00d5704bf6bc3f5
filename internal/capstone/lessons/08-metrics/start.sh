# The function is there and has not been called.
source shared/mlflow.sh
source shared/candidate.sh
source shared/steps.sh
start_of 8

# Fresh pods count from nothing.
fresh_pods
await 10 is 1 kubectl -n openfaas-fn get deployment my-classify -o jsonpath='{.status.availableReplicas}'
