kubectl -n learn-drift scale deployment web --replicas=5

kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.status}'=OutOfSync --timeout=60s
kubectl -n argocd get application learn-drift
