rm -rf ~/learn-score
git clone -q "$GIT_URL/learn-score.git" ~/learn-score
cd ~/learn-score
git rm -qr docs
git commit -qm "Who needs documentation"
git push -q
