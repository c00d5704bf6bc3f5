# Self-healing is in somebody's way.
kubectl -n argocd patch application learn-drift --type=merge -p '{"spec": {"syncPolicy": {"automated": {"selfHeal": false}}}}'
kubectl -n learn-drift scale deployment web --replicas=7
