kubectl -n learn-measure delete job burn --ignore-not-found
kubectl -n learn-measure delete configmap reading --ignore-not-found
kubectl -n learn-measure wait pod --selector=job-name=burn --for=delete --timeout=10s
