# Writes the autoscaler's number into git.
here=$PWD
cd ~/learn-drift
git pull -q
sed 's/replicas: .*/replicas: 3/' "$here/files/repo/web/deployment.yaml" > web/deployment.yaml
git commit -qam "Three replicas" || true
git push -q
kubectl -n argocd patch application learn-drift --type=merge -p '{"spec": {"ignoreDifferences": null, "syncPolicy": {"automated": {"selfHeal": true}}}}'
kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n learn-drift wait deployment/web --for=jsonpath='{.spec.replicas}'=3 --timeout=60s
