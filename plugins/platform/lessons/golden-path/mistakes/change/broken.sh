# A program that does not start.
rm -rf ~/learn-hello
git clone -q "$GIT_URL/learn-hello.git" ~/learn-hello
cd ~/learn-hello
sed -i 's/^import json$/import json\nimport nothing_of_that_name/; s/^GREETING = .*/GREETING = "Servus"/' app/app.py
git commit -qam "Greets as in Vienna, and does not start"
git push -q
kubectl -n argocd wait application/learn-hello --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
