cd ~/learn-promotion
git pull -q

# Version 3 has to prove itself in dev first ...
sed -i 's/value: .*}/value: "3"}/' dev/version.yaml
git checkout -q "$(git rev-list --max-parents=0 HEAD)" -- staging prod
git commit -qam "dev: version 3" || echo "It is committed already."
git push -q
kubectl -n argocd wait application/learn-promotion-dev --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n learn-promotion-dev wait deployment/web --for=jsonpath='{.spec.template.spec.containers[0].env[0].value}'=3 --timeout=60s
kubectl -n learn-promotion-dev rollout status deployment/web --timeout=60s

# ... and is promoted by a commit of its own.
cp dev/version.yaml staging/version.yaml
git commit -qam "staging: version 3"
git push -q
kubectl -n argocd wait application/learn-promotion-staging --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n learn-promotion-staging wait deployment/web --for=jsonpath='{.spec.template.spec.containers[0].env[0].value}'=3 --timeout=60s
kubectl -n learn-promotion-staging rollout status deployment/web --timeout=60s
