curl -fsS -X DELETE "$GATEWAY_URL/function/learn-ledger"
curl -fsS -d '{"invoice": 1, "amount": 10}' "$GATEWAY_URL/async-function/learn-invoice"
for i in $(seq 200); do
  if curl -fsS "$GATEWAY_URL/function/learn-ledger" | jq -e 'any(.bookings[]; .invoice == 1)'; then break; fi
  sleep 0.2
done
