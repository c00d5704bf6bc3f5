rm -rf ~/learn-hello
git clone -q "$GIT_URL/learn-hello.git" ~/learn-hello
cd ~/learn-hello
sed -i -e '/^import nothing/d' -e 's/^GREETING = .*/GREETING = "Servus"/' app/app.py
git commit -q --allow-empty -am "Greets as in Vienna"
git push -q

# Argo CD hears of the push from git and rolls it out.
kubectl -n argocd wait application/learn-hello --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n env-learn rollout status deploy/learn-hello --timeout=60s
curl -fsS http://learn-hello.env-learn:8080
