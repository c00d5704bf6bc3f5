cd ~/learn-apps
git pull -q
sed 's/name: learn-apps-web/name: learn-apps-api/; s/path: web/path: api/' apps/web.yaml > apps/api.yaml
git add apps
git commit -qm "Bring the api" || echo "It is committed already."
git push -q

kubectl -n argocd wait application/learn-apps --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n argocd wait application/learn-apps-api --for=create --timeout=60s
kubectl -n argocd wait application/learn-apps-api --for=jsonpath='{.status.health.status}'=Healthy --timeout=60s
