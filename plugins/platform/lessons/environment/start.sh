# The start: the team is in the catalog, and it has no environment.
rm -rf ~/learn-environment
cp -r files/learner ~/learn-environment
kubectl -n openfaas-fn delete deployment probe --ignore-not-found

work=$(mktemp -d)
git clone -q "$GIT_URL/learn-budget.git" "$work" 2>/dev/null
git -C "$work" checkout -q -B main
cp -r files/repo/. "$work"
git -C "$work" add -A
git -C "$work" commit -q --allow-empty -m "The start of the lesson"
git -C "$work" push -q "$GIT_URL/learn-budget.git" main
rm -rf "$work"

# Environments go with all that is in them; that their namespaces are gone as well need not be awaited.
for name in learn-try learn-try-2; do
  curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -X DELETE "$BACKSTAGE_URL/api/environments/$name" 2>/dev/null || true
done
for i in $(seq 200); do
  if curl -fsS "$BACKSTAGE_URL/api/catalog/entities/by-name/group/default/learn-team-lab" >/dev/null 2>&1; then break; fi
  sleep 0.25
done
