cd ~/learn-sync
kubectl -n learn-sync scale deployment web --replicas=1
sed -i 's/replicas: .*/replicas: 3/' web/deployment.yaml
git commit -qam "Three replicas for the sale"
git push -q
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
