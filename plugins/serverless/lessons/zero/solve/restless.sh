cd ~/learn-zero
# Who calls it? An event, every few seconds.
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
api "$GATEWAY_URL/system/events?limit=50" | jq -c '[.[] | select(.functionName == "learn-restless")][0] | {topic, id, state}'

jq 'del(.annotations)' restless.json > quiet.json
api -X POST "$GATEWAY_URL/system/functions" -d @quiet.json || api -X PUT "$GATEWAY_URL/system/functions" -d @quiet.json
kubectl -n openfaas-fn wait deploy/learn-restless --for=jsonpath='{.spec.replicas}'=0 --timeout=30s
