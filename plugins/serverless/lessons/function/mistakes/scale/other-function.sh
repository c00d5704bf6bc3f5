curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/learn-greet" \
  -d '{"serviceName": "learn-greet", "replicas": 2}'
