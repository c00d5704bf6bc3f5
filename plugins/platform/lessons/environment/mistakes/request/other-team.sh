# For another team. What is there goes first, and its namespace with it.
login="$BACKSTAGE_USER:$BACKSTAGE_PASSWORD"
curl -fsS -u "$login" -X DELETE "$BACKSTAGE_URL/api/environments/learn-try" || true
for i in $(seq 200); do
  if curl -fsS -u "$login" -H 'Content-Type: application/json' "$BACKSTAGE_URL/api/environments" \
    -d '{"name": "learn-try", "owner": "group:default/learn-team-rich", "size": "small", "ttl": "2h"}' 2>/dev/null; then break; fi
  sleep 0.25
done
