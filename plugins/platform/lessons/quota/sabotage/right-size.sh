kubectl -n learn-quota scale deploy/workers --replicas=2
