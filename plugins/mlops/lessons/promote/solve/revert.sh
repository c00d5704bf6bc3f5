# Back by a commit that undoes what came after version 1; then the registry is told the same.
source shared/mlflow.sh
cd ~/ml-promote
git pull -q --rebase
if ! grep -q '^modelVersion: "1"' values.yaml; then
  # The newest commit that touched this text led away from version 1, the one before led to it.
  good=$(git log --format=%H -S'modelVersion: "1"' -- values.yaml | sed -n 2p)
  git revert --no-commit "$good..HEAD" # for a single commit: git revert --no-edit HEAD
  git commit -q -m "Revert ml-promote to version 1" -m "Users report wrong digits."
fi
git push -q origin HEAD:main
cd - >/dev/null
mlflow POST registered-models/alias '{"name": "ml-promote", "alias": "champion", "version": "1"}'

for n in $(seq 150); do
  [ "$(kubectl -n ml-promote get deployment model-server -o jsonpath='{..env[?(@.name=="MODEL_VERSION")].value}')" != 1 ] || break
  sleep 0.2
done
kubectl -n ml-promote rollout status deployment/model-server --timeout=60s
