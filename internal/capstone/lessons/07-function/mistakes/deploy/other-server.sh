# The code is right, but it asks the automatic capstone's server.
jq '.annotations["labbox.dev/handler-configmap"] = "my-classify-handler"' files/function.json > /tmp/function.json
curl -sS -f -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @/tmp/function.json 2>/dev/null ||
  curl -sS -f -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/functions" -d @/tmp/function.json
