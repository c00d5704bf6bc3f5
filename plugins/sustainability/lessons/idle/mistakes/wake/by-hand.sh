# Wakes it without a call.
bash solve/zero.sh
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/learn-idle" -d '{"serviceName": "learn-idle", "replicas": 1}'
kubectl -n openfaas-fn wait deployment/learn-idle --for=jsonpath='{.spec.replicas}'=1 --timeout=30s
