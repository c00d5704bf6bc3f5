# Takes away both. The working copy can undo it.
cd ~/learn-flux
git rm -rq argocd flux
git commit -qm "Nobody"
git push -q
git revert --no-edit HEAD
