# Somebody wants it always on.
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -H 'Content-Type: application/json' -d @files/function.json
