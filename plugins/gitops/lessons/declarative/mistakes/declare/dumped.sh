# Commits everything that kubectl shows.
cd ~/learn-declarative
mkdir -p deploy
kubectl -n learn-declarative get deployment web -o yaml > deploy/web.yaml
git add deploy
git commit -qm "Dump the Deployment"
git push -q
