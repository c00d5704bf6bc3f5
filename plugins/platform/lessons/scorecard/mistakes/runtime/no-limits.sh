files=$PWD/files/repo
rm -rf ~/learn-score
git clone -q "$GIT_URL/learn-score.git" ~/learn-score
cd ~/learn-score
cp "$files/deploy/deployment.yaml" deploy/
cat >> deploy/deployment.yaml <<'YAML'
          resources: {requests: {cpu: 5m, memory: 8Mi}}
YAML
git commit -qam "Requests only"
git push -q
