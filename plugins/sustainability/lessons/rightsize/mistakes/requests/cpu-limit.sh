# Sets a limit as tight as the request.
kubectl -n learn-rightsize set resources deployment api --requests=cpu=40m,memory=64Mi --limits=cpu=40m,memory=64Mi
kubectl -n learn-rightsize rollout status deployment/api --timeout=60s
