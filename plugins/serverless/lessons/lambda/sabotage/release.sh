curl -fsS -X DELETE "$LAMBDA_ENDPOINT/2015-03-31/functions/learn-orders/aliases/live"
