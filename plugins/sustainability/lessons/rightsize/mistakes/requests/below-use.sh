# Promises the scheduler less than it takes.
kubectl -n learn-rightsize set resources deployment api --requests=cpu=5m,memory=64Mi
kubectl -n learn-rightsize rollout status deployment/api --timeout=60s
