# The page is in the skeleton, the annotation is not.
bash ~/learn-template-tools/drop.sh learn-journal || true
rm -rf ~/learn-template
git clone -q "$GIT_URL/learn-template.git" ~/learn-template
cd ~/learn-template
mkdir -p skeleton/docs
echo '# ${{ values.name }}' > skeleton/docs/index.md
git add -A
git commit -q --allow-empty -m "A page for all"
git push -q
task=$(curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' "$BACKSTAGE_URL/api/scaffolder/v2/tasks" \
  -d '{"templateRef": "template:default/learn-notes", "values": {"name": "learn-journal", "owner": "learn-team-docs"}}' | jq -r .id)
for i in $(seq 200); do
  status=$(curl -fsS "$BACKSTAGE_URL/api/scaffolder/v2/tasks/$task" | jq -r .status)
  case "$status" in completed | failed) break ;; esac
  sleep 0.25
done
