jq '.labels = {"com.openfaas.scale.zero": "true"}' ~/learn-cold/function.json |
  curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @-
