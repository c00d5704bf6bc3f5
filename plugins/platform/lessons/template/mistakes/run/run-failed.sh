# The skeleton's name has a typo.
files=$PWD/files/repo
rm -rf ~/learn-template
git clone -q "$GIT_URL/learn-template.git" ~/learn-template
cd ~/learn-template
bash ~/learn-template-tools/drop.sh learn-diary || true
python3 - "$files/template.yaml" <<'PY'
import sys
text, first = open("template.yaml").read(), open(sys.argv[1]).read()
text = text[:text.index("  steps:")] + first[first.index("  steps:"):]
text = text.replace("publish:github", "publish:labbox").replace("github.com?owner=acme&repo=", "").replace("./skeleton", "./skeletton")
open("template.yaml", "w").write(text)
PY
git add -A
git commit -q --allow-empty -m "A typo"
git push -q
for i in $(seq 200); do
  if curl -fsS "$BACKSTAGE_URL/api/catalog/entities/by-name/template/default/learn-notes" | jq -e '.spec.steps[0].input.url == "./skeletton"' >/dev/null; then break; fi
  sleep 0.25
done
task=$(curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' "$BACKSTAGE_URL/api/scaffolder/v2/tasks" \
  -d '{"templateRef": "template:default/learn-notes", "values": {"name": "learn-diary", "owner": "learn-team-docs"}}' | jq -r .id)
for i in $(seq 200); do
  status=$(curl -fsS "$BACKSTAGE_URL/api/scaffolder/v2/tasks/$task" | jq -r .status)
  case "$status" in completed | failed) break ;; esac
  sleep 0.25
done
