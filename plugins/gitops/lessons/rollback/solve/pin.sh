cd ~/learn-rollback
git pull -q
git tag -af v1.1 -m "Imprint, busybox 1.35"
git push -q --force origin v1.1

kubectl -n argocd patch application learn-rollback --type=merge -p '{"spec": {"source": {"targetRevision": "v1.1"}}}'
kubectl -n argocd wait application/learn-rollback --for=jsonpath='{.status.sync.revision}'="$(git rev-parse 'v1.1^{commit}')" --timeout=60s
kubectl -n argocd wait application/learn-rollback --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
