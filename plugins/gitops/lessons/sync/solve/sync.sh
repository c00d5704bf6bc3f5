# What the button SYNC does: it asks for an operation.
kubectl -n argocd patch application learn-sync --type=merge -p '{"operation": {"initiatedBy": {"username": "learner"}, "sync": {}}}'

kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.operationState.phase}'=Succeeded --timeout=60s
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
kubectl -n learn-sync rollout status deployment/web --timeout=60s
