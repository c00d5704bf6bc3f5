kubectl -n learn-rightsize set resources deployment cache --requests=cpu=10m,memory=512Mi --limits=memory=512Mi
kubectl -n learn-rightsize rollout status deployment/cache --timeout=60s
