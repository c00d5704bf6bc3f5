kubectl -n learn-drift scale deployment web --replicas=1
