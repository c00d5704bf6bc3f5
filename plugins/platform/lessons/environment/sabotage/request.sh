curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -X DELETE "$BACKSTAGE_URL/api/environments/learn-try"
