# Looks away, and overwrites all the same at the next sync.
here=$PWD
cd ~/learn-drift
git pull -q
cp "$here/files/repo/web/deployment.yaml" web/
git commit -qam "Two replicas" || true
git push -q
kubectl -n argocd patch application learn-drift --type=merge -p '{"spec": {
  "ignoreDifferences": [{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}],
  "syncPolicy": {"automated": {"selfHeal": true}}}}'
kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
