# Pushed, but to a branch that nobody follows.
cd ~/my-platform
git rm -rq platform 2>/dev/null || true
git commit -qm "Clean up" || true
git push -q origin HEAD:main
git push -q -f origin HEAD:refs/heads/platform
