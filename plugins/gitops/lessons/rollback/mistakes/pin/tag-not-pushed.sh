# The tag stays at home.
cd ~/learn-rollback
git push -q --delete origin v1.1 || true
kubectl -n argocd patch application learn-rollback --type=merge -p '{"spec": {"source": {"targetRevision": "v1.1"}}}'
kubectl -n argocd wait application/learn-rollback --for=jsonpath='{.status.conditions[0].type}'=ComparisonError --timeout=60s
