cd ~/learn-promotion
git pull -q
cp staging/version.yaml prod/version.yaml
git commit -qam "prod: version 3" || echo "It is committed already."
git push -q
kubectl -n argocd wait application/learn-promotion-prod --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s

# The decision: now.
kubectl -n argocd patch application learn-promotion-prod --type=merge -p '{"operation": {"initiatedBy": {"username": "learner"}, "sync": {}}}'
kubectl -n learn-promotion-prod wait deployment/web --for=jsonpath='{.spec.template.spec.containers[0].env[0].value}'=3 --timeout=60s
kubectl -n learn-promotion-prod rollout status deployment/web --timeout=60s
kubectl -n argocd wait application/learn-promotion-prod --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
