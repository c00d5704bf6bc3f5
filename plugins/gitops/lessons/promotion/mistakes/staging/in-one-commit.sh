# Does dev and staging in one go.
cd ~/learn-promotion
git pull -q
sed -i 's/value: .*}/value: "3"}/' dev/version.yaml staging/version.yaml
git commit -qam "dev, staging: version 3"
git push -q
kubectl -n argocd wait application/learn-promotion-staging --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n learn-promotion-staging wait deployment/web --for=jsonpath='{.spec.template.spec.containers[0].env[0].value}'=3 --timeout=60s
