cd ~/learn-async
# Two retries after the first try.
jq '.annotations["com.openfaas.retry.attempts"] = "2" | .annotations["com.openfaas.retry.min_wait"] = "500ms"' function.json > new.json
mv new.json function.json
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @function.json
kubectl -n openfaas-fn rollout status deploy/learn-invoice --timeout=60s

curl -fsS -i -H 'X-Call-Id: learn-2' -d '{"invoice": 2, "amount": 500}' "$GATEWAY_URL/async-function/learn-invoice"
for i in $(seq 200); do
  if curl -fsS "$GATEWAY_URL/function/learn-ledger" | jq -e 'any(.bookings[]; .call == "learn-2")'; then break; fi
  sleep 0.2
done
