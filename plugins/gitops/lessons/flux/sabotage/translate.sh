cd ~/learn-flux
git rm -q flux/web.yaml
git commit -qm "No Flux after all"
git push -q
