curl -fsS -X DELETE "$GATEWAY_URL/function/learn-ledger"
curl -fsS -H 'X-Call-Id: learn-4' -d '{"invoice": 4, "amount": 40}' "$GATEWAY_URL/async-function/learn-invoice"
for i in $(seq 200); do
  if curl -fsS "$GATEWAY_URL/function/learn-ledger" | jq -e '.requests["learn-4"] >= 1'; then break; fi
  sleep 0.2
done
