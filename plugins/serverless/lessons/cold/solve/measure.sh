# To zero by hand, and wait until the replica is out of the way.
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/learn-atlas" \
  -d '{"serviceName": "learn-atlas", "replicas": 0}'
for i in $(seq 200); do
  if [ -z "$(kubectl -n openfaas-fn get deploy learn-atlas -o jsonpath='{.status.readyReplicas}')" ]; then break; fi
  sleep 0.1
done

# The first call wakes it; the second one is warm.
for i in 1 2; do
  curl -fsS -d '{"city": "Bern"}' "$GATEWAY_URL/function/learn-atlas"
done
