# One of that name from before may still be going.
kubectl -n argocd wait application/learn-hello --for=delete --timeout=20s || true

# Two required fields and a place: the platform does the rest.
task=$(curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' "$BACKSTAGE_URL/api/scaffolder/v2/tasks" -d '{
  "templateRef": "template:default/web-service",
  "values": {"name": "learn-hello", "owner": "group:default/team-blue", "environment": "learn", "environmentSize": "small"}
}' | jq -r .id)

for i in $(seq 120); do
  status=$(curl -fsS "$BACKSTAGE_URL/api/scaffolder/v2/tasks/$task" | jq -r .status)
  case "$status" in completed | failed) break ;; esac
  sleep 0.25
done
curl -fsS "$BACKSTAGE_URL/api/scaffolder/v2/tasks/$task/events" | jq -r '.[].body.message'

kubectl -n argocd wait application/learn-hello --for=jsonpath='{.status.health.status}'=Healthy --timeout=90s
