curl -fsS -X DELETE "$GATEWAY_URL/function/learn-ledger"
