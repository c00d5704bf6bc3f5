cd ~/learn-promotion
git pull -q
sed -i 's/value: .*}/value: "2"}/' dev/version.yaml
git commit -qam "dev: version 2"
git push -q

# It does not come up there. Nobody else is affected.
kubectl -n argocd wait application/learn-promotion-dev --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n argocd wait application/learn-promotion-dev --for=jsonpath='{.status.health.status}'=Degraded --timeout=60s
kubectl -n learn-promotion-dev get pods
