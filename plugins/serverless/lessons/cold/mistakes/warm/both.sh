jq '.labels = {"com.openfaas.scale.zero": "true", "com.openfaas.scale.zero-duration": "30s", "com.openfaas.scale.min": "1"}' ~/learn-cold/function.json |
  curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @-
