# Copies the skeleton instead of filling it in.
rm -rf ~/learn-template
git clone -q "$GIT_URL/learn-template.git" ~/learn-template
cd ~/learn-template
sed -i -e 's/action: publish:github/action: publish:labbox/' -e 's/repoUrl: .*/repoUrl: ${{ parameters.name }}/' \
  -e 's/action: fetch:template/action: fetch:plain/' template.yaml
python3 - <<'PY'
text = open("template.yaml").read()
start, end = text.index("        values:"), text.index("    - id: publish")
open("template.yaml", "w").write(text[:start] + text[end:])
PY
git add -A
git commit -q --allow-empty -m "Copies only"
git push -q
for i in $(seq 200); do
  if curl -fsS "$BACKSTAGE_URL/api/catalog/entities/by-name/template/default/learn-notes" | jq -e '[.spec.steps[].action][0:2] == ["fetch:plain", "publish:labbox"]' >/dev/null; then break; fi
  sleep 0.25
done
task=$(curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' "$BACKSTAGE_URL/api/scaffolder/v2/tasks" \
  -d '{"templateRef": "template:default/learn-notes", "values": {"name": "learn-diary", "owner": "learn-team-docs"}}' | jq -r .id)
for i in $(seq 200); do
  status=$(curl -fsS "$BACKSTAGE_URL/api/scaffolder/v2/tasks/$task" | jq -r .status)
  case "$status" in completed | failed) break ;; esac
  sleep 0.25
done
