curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' -X PATCH "$BACKSTAGE_URL/api/environments/learn-try" -d '{"size": "small"}'
