# Somebody thinks that one is enough.
kubectl -n learn-sync scale deployment web --replicas=1
