# The banner comes back.
cp files/repo/web/banner.yaml ~/learn-sync/web/
cd ~/learn-sync
git add web
git commit -qm "Winter sale"
git push -q
kubectl -n learn-sync wait configmap/banner --for=create --timeout=60s
