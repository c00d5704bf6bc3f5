# One retry again.
jq '.annotations["com.openfaas.retry.attempts"] = "1"' ~/learn-async/function.json |
  curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @-
