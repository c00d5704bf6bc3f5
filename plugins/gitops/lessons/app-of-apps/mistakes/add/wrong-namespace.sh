# Puts the Application where its pods are to be.
cd ~/learn-apps
kubectl -n argocd delete application learn-apps-api --ignore-not-found
sed 's/name: learn-apps-web/name: learn-apps-api/; s/path: web/path: api/; s/namespace: argocd/namespace: learn-apps/' apps/web.yaml > apps/api.yaml
git add apps
git commit -qm "Bring the api"
git push -q
kubectl -n argocd wait application/learn-apps --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
