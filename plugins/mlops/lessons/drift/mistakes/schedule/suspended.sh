# The draft is applied as it is.
kubectl -n learn-drift apply -f files/cronjob.yaml
