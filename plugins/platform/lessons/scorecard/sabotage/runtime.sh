# The file of the beginning again.
files=$PWD/files/repo
rm -rf ~/learn-score
git clone -q "$GIT_URL/learn-score.git" ~/learn-score
cd ~/learn-score
cp "$files/deploy/deployment.yaml" deploy/
git commit -qam "Back to how it was"
git push -q
