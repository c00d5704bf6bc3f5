# Git no longer says how many: that is up to the autoscaler now.
cd ~/learn-drift
git pull -q
sed -i '/replicas:/d' web/deployment.yaml
git commit -qam "Leave the number of replicas to the autoscaler" || echo "It is committed already."
git push -q
kubectl -n argocd patch application learn-drift --type=merge -p '{"spec": {"syncPolicy": {"automated": {"selfHeal": true}}}}'
kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.operationState.syncResult.revision}'="$(git rev-parse HEAD)" --timeout=60s

# What the autoscaler does:
kubectl -n learn-drift scale deployment web --replicas=3
kubectl -n learn-drift rollout status deployment/web --timeout=60s
kubectl -n argocd wait application/learn-drift --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
