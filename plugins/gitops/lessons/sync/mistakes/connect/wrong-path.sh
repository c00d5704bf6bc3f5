sed 's/path: web/path: kubernetes/; /wait/d' solve/connect.sh | bash
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.conditions[0].type}'=ComparisonError --timeout=30s
