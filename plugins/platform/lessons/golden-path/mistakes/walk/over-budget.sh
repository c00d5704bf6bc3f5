# More than the team may have.
task=$(curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' "$BACKSTAGE_URL/api/scaffolder/v2/tasks" \
  -d '{"templateRef": "template:default/web-service", "values": {"name": "learn-hello", "owner": "group:default/team-blue", "environment": "learn-large", "environmentSize": "large"}}' | jq -r .id)
for i in $(seq 200); do
  status=$(curl -fsS "$BACKSTAGE_URL/api/scaffolder/v2/tasks/$task" | jq -r .status)
  case "$status" in completed | failed) break ;; esac
  sleep 0.25
done
