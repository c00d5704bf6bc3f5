# The draft is applied as it is.
kubectl -n ml-drift apply -f files/cronjob.yaml
