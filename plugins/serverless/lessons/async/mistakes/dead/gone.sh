# Throws the letter away.
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
for id in $(api "$GATEWAY_URL/system/dead-letters?name=learn-invoice&namespace=openfaas-fn" | jq -r '.[] | select(.callId == "learn-3") | .id'); do
  api -X DELETE "$GATEWAY_URL/system/dead-letters/$id"
done
