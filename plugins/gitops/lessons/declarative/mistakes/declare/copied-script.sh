# Writes down what the script says, not what runs.
cd ~/learn-declarative
mkdir -p deploy
kubectl -n learn-declarative create deployment web --image=labbox.local/busybox:1.35 --replicas=3 --dry-run=client -o yaml \
  -- sh -c 'trap exit TERM; busybox httpd -f -p 8080 & wait' | sed '/^status:/d; /creationTimestamp/d' > deploy/web.yaml
git add deploy
git commit -qm "Declare the script"
git push -q
