# A second environment instead of a larger one.
for i in $(seq 200); do
  if curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' "$BACKSTAGE_URL/api/environments" -d '{"name": "learn-try-2", "owner": "group:default/learn-team-lab", "size": "small", "ttl": "2h"}' 2>/dev/null; then break; fi
  sleep 0.25
done
