# Without the annotation the function has the sample's code.
jq '.envVars.MODEL_URL = "http://model-server.my-digits.svc.cluster.local:8080/predict"' files/function.json > /tmp/function.json
curl -sS -f -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @/tmp/function.json 2>/dev/null ||
  curl -sS -f -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/functions" -d @/tmp/function.json
