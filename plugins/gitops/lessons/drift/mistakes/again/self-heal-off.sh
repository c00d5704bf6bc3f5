# Deletes while nobody heals.
kubectl -n argocd patch application learn-drift --type=merge -p '{"spec": {"syncPolicy": {"automated": {"selfHeal": false}}}}'
kubectl -n learn-drift delete deployment web
kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.status}'=OutOfSync --timeout=60s
