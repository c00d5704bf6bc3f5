# Replays the letter without mending the handler.
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
letter() { api "$GATEWAY_URL/system/dead-letters?name=learn-invoice&namespace=openfaas-fn" | jq -r '[.[] | select(.callId == "learn-3")][0].id // empty'; }
id=$(letter)
api -X POST "$GATEWAY_URL/system/dead-letters/$id/replay"
for i in $(seq 200); do
  if [ -n "$(letter)" ] && [ "$(letter)" != "$id" ]; then break; fi
  sleep 0.2
done
