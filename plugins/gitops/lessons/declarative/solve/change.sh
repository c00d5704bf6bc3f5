cd ~/learn-declarative
git pull -q
sed -i "s/value: .*}/value: \"Good morning, it is $(date +%T)\"}/" deploy/web.yaml
git commit -qam "Greet in the morning"
git push -q

kubectl -n argocd wait application/learn-declarative --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n learn-declarative rollout status deployment/web --timeout=60s
kubectl -n learn-declarative set env deployment/web --list
