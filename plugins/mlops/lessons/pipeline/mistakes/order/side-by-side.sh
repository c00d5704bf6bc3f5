# The first try is applied as it is.
kubectl -n learn-pipeline delete job pipeline --ignore-not-found
kubectl -n learn-pipeline apply -f files/pipeline.yaml
