# The same path, the other template. What a wrong try has left goes first.
if kubectl -n argocd get application learn-shout -o jsonpath='{.spec.destination.namespace}' 2>/dev/null | grep -q '^env-'; then
  bash ~/learn-golden-path/drop.sh learn-shout
fi
kubectl -n argocd wait application/learn-shout --for=delete --timeout=20s || true
task=$(curl -sS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' "$BACKSTAGE_URL/api/scaffolder/v2/tasks" -d '{
  "templateRef": "template:default/python-function",
  "values": {"name": "learn-shout", "owner": "group:default/team-blue"}
}' | jq -r .id)
for i in $(seq 120); do
  status=$(curl -fsS "$BACKSTAGE_URL/api/scaffolder/v2/tasks/$task" | jq -r .status)
  case "$status" in completed | failed) break ;; esac
  sleep 0.25
done
kubectl -n argocd wait application/learn-shout --for=jsonpath='{.status.sync.status}'=Synced --timeout=90s

# A call, which wakes it if it sleeps; the gateway hears of a new function within a moment.
for i in $(seq 200); do
  if curl -fsS -d Ada "$GATEWAY_URL/function/learn-shout"; then break; fi
  sleep 0.25
done
