# Repairs by hand what Argo CD was to repair.
kubectl -n learn-drift scale deployment web --replicas="$(sed -n 's/.*replicas: //p' ~/learn-drift/web/deployment.yaml)"
kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
