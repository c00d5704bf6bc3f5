# Deletes the file and gives no permission to prune.
cd ~/learn-sync
kubectl -n argocd patch application learn-sync --type=merge -p '{"operation": {"sync": {}}}'
kubectl -n learn-sync wait configmap/banner --for=create --timeout=30s
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.status}'=Synced --timeout=30s
git rm -q web/banner.yaml
git commit -qm "The sale is over"
git push -q
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
