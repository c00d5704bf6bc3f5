# Changes the cluster and not git.
kubectl -n learn-declarative set env deployment/web GREETING="Good morning"
