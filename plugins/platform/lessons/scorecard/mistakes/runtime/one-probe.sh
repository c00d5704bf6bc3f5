files=$PWD/files/repo
rm -rf ~/learn-score
git clone -q "$GIT_URL/learn-score.git" ~/learn-score
cd ~/learn-score
cp "$files/deploy/deployment.yaml" deploy/
cat >> deploy/deployment.yaml <<'YAML'
          readinessProbe: {httpGet: {path: /, port: 8080}}
          resources: {requests: {cpu: 5m, memory: 8Mi}, limits: {memory: 32Mi}}
YAML
git commit -qam "One probe only"
git push -q
