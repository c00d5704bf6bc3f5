# Books the same once more, by hand.
curl -fsS -d '{"call": "learn-4", "invoice": 4, "amount": 40, "retry": "0"}' "$GATEWAY_URL/function/learn-ledger"
