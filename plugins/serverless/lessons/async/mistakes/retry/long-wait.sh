# Enough retries, but a minute between them.
jq '.annotations["com.openfaas.retry.attempts"] = "2" | .annotations["com.openfaas.retry.min_wait"] = "1m" | .annotations["com.openfaas.retry.max_wait"] = "5m"' ~/learn-async/function.json |
  curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @-
