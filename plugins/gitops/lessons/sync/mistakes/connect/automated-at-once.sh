kubectl -n argocd delete application learn-sync --ignore-not-found
sed '/^YAML/i\  syncPolicy: {automated: {}}' solve/connect.sh | bash
# Back to an empty namespace, for whoever goes on from here.
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
