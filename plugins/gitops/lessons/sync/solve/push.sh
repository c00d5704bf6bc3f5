kubectl -n argocd patch application learn-sync --type=merge -p '{"spec": {"syncPolicy": {"automated": {}}}}'

cd ~/learn-sync
git pull -q
sed -i 's/replicas: .*/replicas: 3/' web/deployment.yaml
git commit -qam "Three replicas for the sale" || echo "It is committed already."
git push -q

kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
kubectl -n learn-sync rollout status deployment/web --timeout=60s
