kubectl -n learn-rightsize patch deployment cache --type=json -p '[{"op": "remove", "path": "/spec/template/spec/containers/0/resources"}]'
kubectl -n learn-rightsize rollout status deployment/cache --timeout=60s
