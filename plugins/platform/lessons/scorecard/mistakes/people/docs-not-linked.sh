rm -rf ~/learn-score
git clone -q "$GIT_URL/learn-score.git" ~/learn-score
cd ~/learn-score
mkdir -p docs
echo "# learn-lemon" > docs/index.md
git add -A
git commit -qm "A page that nobody knows of"
git push -q
