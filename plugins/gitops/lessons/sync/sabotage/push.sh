# Somebody thinks that one is enough.
cd ~/learn-sync
sed -i 's/replicas: .*/replicas: 1/' web/deployment.yaml
git commit -qam "One replica is enough"
git push -q
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.operationState.syncResult.revision}'="$(git rev-parse HEAD)" --timeout=60s
