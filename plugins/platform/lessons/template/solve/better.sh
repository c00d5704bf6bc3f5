rm -rf ~/learn-template
git clone -q "$GIT_URL/learn-template.git" ~/learn-template
cd ~/learn-template
mkdir -p skeleton/docs
cat > skeleton/docs/index.md <<'MD'
# ${{ values.name }}

What is this for, by what do you see that it is unwell, and what do you do then?
MD
cat > skeleton/catalog-info.yaml <<'YAML'
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${{ values.name }}
  description: Notes
  annotations:
    backstage.io/techdocs-ref: dir:.
spec:
  type: documentation
  lifecycle: experimental
  owner: ${{ values.owner }}
YAML
git add -A
git commit -q --allow-empty -m "Documentation from the first day"
git push -q

bash ~/learn-template-tools/drop.sh learn-journal 2>/dev/null || true
task=$(curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' "$BACKSTAGE_URL/api/scaffolder/v2/tasks" \
  -d '{"templateRef": "template:default/learn-notes", "values": {"name": "learn-journal", "owner": "learn-team-docs"}}' | jq -r .id)
for i in $(seq 200); do
  status=$(curl -fsS "$BACKSTAGE_URL/api/scaffolder/v2/tasks/$task" | jq -r .status)
  case "$status" in completed | failed) break ;; esac
  sleep 0.25
done
curl -fsS "$BACKSTAGE_URL/api/scaffolder/v2/tasks/$task/events" | jq -r '.[].body.message'
