# The file goes, and the Application with it.
cd ~/learn-apps
git rm -q apps/api.yaml
git commit -qm "Drop the api"
git push -q
kubectl -n argocd wait application/learn-apps-api --for=delete --timeout=60s
