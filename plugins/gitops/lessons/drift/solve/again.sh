kubectl -n argocd patch application learn-drift --type=merge -p '{"spec": {"syncPolicy": {"automated": {"selfHeal": true}}}}'
kubectl -n learn-drift delete deployment web --ignore-not-found

# It comes back; nobody has to do anything.
kubectl -n learn-drift wait deployment/web --for=create --timeout=60s
kubectl -n learn-drift rollout status deployment/web --timeout=60s
kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
