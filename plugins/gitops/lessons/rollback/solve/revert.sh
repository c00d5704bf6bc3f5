cd ~/learn-rollback
git pull -q

# Which commit was it?
git log --oneline
git log -p -1 --grep='^Update busybox' -- web/deployment.yaml

# Take back this one and nothing else.
git revert --no-edit "$(git log -1 --format=%h --grep='^Update busybox')"
git push -q

kubectl -n argocd wait application/learn-rollback --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n argocd wait application/learn-rollback --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
kubectl -n argocd wait application/learn-rollback --for=jsonpath='{.status.health.status}'=Healthy --timeout=60s
