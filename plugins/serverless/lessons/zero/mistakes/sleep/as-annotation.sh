jq '.annotations = {"com.openfaas.scale.zero": "true", "com.openfaas.scale.zero-duration": "5s"}' ~/learn-zero/nap.json |
  curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @-
