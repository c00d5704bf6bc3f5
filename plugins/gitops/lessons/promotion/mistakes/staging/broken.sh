# Promotes what does not run in dev.
cd ~/learn-promotion
git pull -q
sed -i 's/value: .*}/value: "2"}/' dev/version.yaml staging/version.yaml
git commit -qam "staging: version 2" || true
git push -q
kubectl -n argocd wait application/learn-promotion-staging --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
