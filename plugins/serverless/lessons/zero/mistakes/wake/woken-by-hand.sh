curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/learn-nap" \
  -d '{"serviceName": "learn-nap", "replicas": 1}'
