kubectl -n argocd patch application learn-drift --type=merge -p '{"spec": {"syncPolicy": {"automated": {"selfHeal": true}}}}'

kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
kubectl -n learn-drift get deployment web
