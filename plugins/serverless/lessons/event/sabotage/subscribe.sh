# Nobody listens any more.
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X DELETE "$GATEWAY_URL/system/functions" -d '{"functionName": "learn-onpush"}'
