# The draft is applied as it is.
kubectl -n my-mlops delete job evaluate --ignore-not-found
kubectl apply -f files/evaluate.yaml
