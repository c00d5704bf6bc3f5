# Deletes the file and leaves the Deployment behind.
cd ~/learn-apps
git rm -q apps/web.yaml
git commit -qm "Retire web"
git push -q
kubectl -n argocd wait application/learn-apps-web --for=delete --timeout=60s
