cd ~/learn-flux
git pull -q
git rm -rq --ignore-unmatch argocd
git commit -qm "Flux takes over web" || echo "It is committed already."
git push -q
