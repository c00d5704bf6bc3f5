# Somebody lets the function ask the server of another team.
curl -sS -f -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" \
  -d "$(jq '.annotations["labbox.dev/handler-configmap"] = "my-classify-handler"' files/function.json)"
