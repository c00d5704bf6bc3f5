# Rolls back the cluster and not git.
kubectl -n learn-rollback set image deployment/web web=labbox.local/busybox:1.35
