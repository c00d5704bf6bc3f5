curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/learn-nap" \
  -d '{"serviceName": "learn-nap", "replicas": 0}'
kubectl -n openfaas-fn wait deploy/learn-nap --for=jsonpath='{.status.readyReplicas}'= --timeout=5s || true
