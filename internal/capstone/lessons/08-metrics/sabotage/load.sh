# The pod is replaced; its counters begin anew.
kubectl -n openfaas-fn delete pod -l faas_function=my-classify
