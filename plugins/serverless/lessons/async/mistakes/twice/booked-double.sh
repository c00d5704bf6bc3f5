# The handler as it was: a new booking each time.
for i in 1 2; do
  curl -fsS -H 'X-Call-Id: learn-4' -d '{"invoice": 4, "amount": 40}' "$GATEWAY_URL/async-function/learn-invoice"
done
for i in $(seq 200); do
  if curl -fsS "$GATEWAY_URL/function/learn-ledger" | jq -e '[.bookings[] | select(.call == "learn-4")] | length > 1'; then break; fi
  sleep 0.2
done
