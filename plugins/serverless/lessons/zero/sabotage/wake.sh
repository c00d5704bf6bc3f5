curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/learn-nap" \
  -d '{"serviceName": "learn-nap", "replicas": 0}'
for i in $(seq 200); do
  if [ -z "$(kubectl -n openfaas-fn get deploy learn-nap -o jsonpath='{.status.readyReplicas}')" ]; then break; fi
  sleep 0.1
done
