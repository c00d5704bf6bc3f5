kubectl -n learn-rightsize patch deployment api --type=json -p '[{"op": "remove", "path": "/spec/template/spec/containers/0/resources/requests/cpu"}]'
kubectl -n learn-rightsize rollout status deployment/api --timeout=60s
