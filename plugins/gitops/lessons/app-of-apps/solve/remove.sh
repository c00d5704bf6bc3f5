cd ~/learn-apps
git pull -q

# First the finalizer: it makes the Application take along what it brought.
git checkout -q "$(git log -1 --format=%h --diff-filter=AM -- apps/web.yaml)" -- apps/web.yaml
grep -q finalizers apps/web.yaml ||
  sed -i '/^metadata:/a\  finalizers: [resources-finalizer.argocd.argoproj.io]' apps/web.yaml
git add apps
git commit -qm "Let web clean up after itself" || echo "It is committed already."
git push -q
kubectl -n argocd wait application/learn-apps-web --for=create --timeout=60s
kubectl -n argocd wait application/learn-apps-web --for=jsonpath='{.metadata.finalizers[0]}'=resources-finalizer.argocd.argoproj.io --timeout=60s
kubectl -n argocd wait application/learn-apps-web --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s

# Then take it away.
git rm -q apps/web.yaml
git commit -qm "Retire web"
git push -q
kubectl -n argocd wait application/learn-apps-web --for=delete --timeout=60s
kubectl -n learn-apps wait deployment/web --for=delete --timeout=60s
kubectl -n argocd wait application/learn-apps --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
