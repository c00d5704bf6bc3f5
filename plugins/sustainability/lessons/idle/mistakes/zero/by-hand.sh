# Scales to zero once; nothing will do it the next time.
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/learn-idle" -d '{"serviceName": "learn-idle", "replicas": 0}'
kubectl -n openfaas-fn wait deployment/learn-idle --for=jsonpath='{.spec.replicas}'=0 --timeout=30s
