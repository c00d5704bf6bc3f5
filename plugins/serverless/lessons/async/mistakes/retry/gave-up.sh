# Sent without changing anything: two tries are not enough.
curl -fsS -H 'X-Call-Id: learn-2' -d '{"invoice": 2, "amount": 500}' "$GATEWAY_URL/async-function/learn-invoice"
for i in $(seq 200); do
  if curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$GATEWAY_URL/system/dead-letters?name=learn-invoice&namespace=openfaas-fn" |
    jq -e 'any(.[]; .callId == "learn-2")'; then break; fi
  sleep 0.2
done
