kubectl -n learn-sync scale deployment web --replicas=3
