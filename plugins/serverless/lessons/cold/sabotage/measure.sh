# With the last replica its log is gone.
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/learn-atlas" \
  -d '{"serviceName": "learn-atlas", "replicas": 0}'
