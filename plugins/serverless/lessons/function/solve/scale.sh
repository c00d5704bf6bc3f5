curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/learn-counter" \
  -d '{"serviceName": "learn-counter", "replicas": 2}'
kubectl -n openfaas-fn rollout status deploy/learn-counter --timeout=60s

# Two pods, two counters.
for i in $(seq 8); do curl -fsS "$GATEWAY_URL/function/learn-counter"; done
