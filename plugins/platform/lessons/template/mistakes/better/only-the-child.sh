# Makes it from the old skeleton and adds the page by hand.
task=$(curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' "$BACKSTAGE_URL/api/scaffolder/v2/tasks" \
  -d '{"templateRef": "template:default/learn-notes", "values": {"name": "learn-journal", "owner": "learn-team-docs"}}' | jq -r .id)
for i in $(seq 200); do
  status=$(curl -fsS "$BACKSTAGE_URL/api/scaffolder/v2/tasks/$task" | jq -r .status)
  case "$status" in completed | failed) break ;; esac
  sleep 0.25
done
rm -rf ~/learn-journal
git clone -q "$GIT_URL/learn-journal.git" ~/learn-journal
cd ~/learn-journal
mkdir -p docs
echo "# learn-journal" > docs/index.md
git add -A
git commit -qm "A page for this one"
git push -q
