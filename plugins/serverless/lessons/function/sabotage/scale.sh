curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/learn-counter" \
  -d '{"serviceName": "learn-counter", "replicas": 1}'
