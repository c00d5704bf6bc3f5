# Changes git instead of the cluster.
cd ~/learn-drift
sed -i 's/replicas: .*/replicas: 3/' web/deployment.yaml
git commit -qam "Three replicas"
git push -q
kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n learn-drift wait deployment/web --for=jsonpath='{.spec.replicas}'=3 --timeout=60s
kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
