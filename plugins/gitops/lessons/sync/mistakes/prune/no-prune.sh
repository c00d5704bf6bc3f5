kubectl -n learn-sync apply -f files/repo/web/banner.yaml
cd ~/learn-sync
git rm -q web/banner.yaml
git commit -qm "The sale is over"
git push -q
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
