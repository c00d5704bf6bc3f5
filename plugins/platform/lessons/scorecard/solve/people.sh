rm -rf ~/learn-score
git clone -q "$GIT_URL/learn-score.git" ~/learn-score
cd ~/learn-score
cat > catalog-info.yaml <<'YAML'
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: learn-lemon
  description: Serves a glass of lemonade to whoever asks
  annotations:
    argocd/app-name: learn-score
    backstage.io/techdocs-ref: dir:.
spec:
  type: service
  lifecycle: production
  owner: learn-team-score
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: learn-team-score, description: Looks after the lemonade}
spec: {type: team, children: []}
YAML
mkdir -p docs
cat > docs/index.md <<'MD'
# learn-lemon

Serves a glass of lemonade at `GET /`.

It is unwell when its readiness probe fails. Then look at the log
(`kubectl -n learn-score logs deploy/learn-lemon`); a restart does no harm, for it keeps no state.
MD
git add -A
git commit -q --allow-empty -m "Somebody to ask, and something to read"
git push -q
