kubectl -n learn-rightsize delete deployment api cache --ignore-not-found
kubectl -n learn-rightsize apply -f files/api.yaml -f files/cache.yaml
kubectl -n learn-rightsize rollout status deployment/api --timeout=10s
