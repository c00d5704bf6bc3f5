# The newest run's id goes into the Job; the Job measures and writes into that run.
source shared/mlflow.sh
run=$(runs my-digits "attributes.status = 'FINISHED'" | sed -n 1p | jq -r .info.run_id)
kubectl -n my-mlops delete job evaluate --ignore-not-found
sed "s/value: \"?\"/value: \"$run\"/" files/evaluate.yaml | kubectl apply -f -
kubectl -n my-mlops wait --for=condition=complete --timeout=90s job/evaluate
kubectl -n my-mlops logs job/evaluate
