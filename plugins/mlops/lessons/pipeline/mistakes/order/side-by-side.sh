# The first try is applied as it is.
kubectl -n ml-pipeline delete job pipeline --ignore-not-found
kubectl -n ml-pipeline apply -f files/pipeline.yaml
