# The replica of the start is there already.
kubectl -n openfaas-fn rollout status deploy/learn-atlas --timeout=60s
curl -fsS -d '{"city": "Bern"}' "$GATEWAY_URL/function/learn-atlas"
