# Somebody removes an application's declaration from git.
cd ~/my-platform
git rm -q apps/classify.yaml
git commit -qm "Clean up"
git push -q origin HEAD:main
