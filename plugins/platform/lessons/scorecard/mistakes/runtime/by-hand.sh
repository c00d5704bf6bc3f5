# Git has the file of the beginning, and somebody changes the cluster instead.
files=$PWD/files/repo
rm -rf ~/learn-score
git clone -q "$GIT_URL/learn-score.git" ~/learn-score
cd ~/learn-score
cp "$files/deploy/deployment.yaml" deploy/
git commit -q --allow-empty -am "Back to how it was"
git push -q
kubectl -n argocd wait application/learn-score --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n argocd wait application/learn-score --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
kubectl -n learn-score patch deploy learn-lemon -p '{"spec": {"template": {"spec": {"containers": [{"name": "web",
  "readinessProbe": {"httpGet": {"path": "/", "port": 8080}}, "livenessProbe": {"httpGet": {"path": "/", "port": 8080}}}]}}}}'
