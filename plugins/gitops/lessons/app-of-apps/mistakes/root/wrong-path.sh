# A root that points at the services themselves.
kubectl -n argocd delete application learn-apps learn-apps-web --ignore-not-found
sed 's/path: apps/path: web/; s/    namespace: argocd/    namespace: learn-apps/; /^kubectl -n argocd wait/d' solve/root.sh | bash
kubectl -n argocd wait application/learn-apps --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
