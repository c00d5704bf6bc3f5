kubectl -n argocd patch application learn-sync --type=merge -p '{"spec": {"syncPolicy": {"automated": {"prune": true}}}}'

cd ~/learn-sync
git pull -q
git rm -q --ignore-unmatch web/banner.yaml
git commit -qm "The sale is over" || echo "It is committed already."
git push -q

kubectl -n learn-sync wait configmap/banner --for=delete --timeout=60s
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
