curl -fsS -H 'X-Call-Id: learn-1' -d '{"invoice": 1, "amount": 10}' "$GATEWAY_URL/function/learn-invoice"
