# Commits and forgets that production waits for a decision.
cd ~/learn-promotion
git pull -q
cp staging/version.yaml prod/version.yaml
git commit -qam "prod: version 3"
git push -q
kubectl -n argocd wait application/learn-promotion-prod --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
