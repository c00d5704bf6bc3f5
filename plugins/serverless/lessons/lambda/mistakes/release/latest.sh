functions="$LAMBDA_ENDPOINT/2015-03-31/functions"
curl -fsS -X POST "$functions/learn-orders/aliases" -d '{"Name": "live", "FunctionVersion": "$LATEST"}' ||
  curl -fsS -X PUT "$functions/learn-orders/aliases/live" -d '{"FunctionVersion": "$LATEST", "RoutingConfig": {}}'
