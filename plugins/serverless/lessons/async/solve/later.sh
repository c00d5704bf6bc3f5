# 202: it is on disk and will be done. X-Call-Id is the number under which to find it again.
curl -fsS -i -H 'X-Call-Id: learn-1' -d '{"invoice": 1, "amount": 10}' "$GATEWAY_URL/async-function/learn-invoice"

for i in $(seq 200); do
  if curl -fsS "$GATEWAY_URL/function/learn-ledger" | jq -e 'any(.bookings[]; .call == "learn-1" and .retry != null)'; then break; fi
  sleep 0.2
done
