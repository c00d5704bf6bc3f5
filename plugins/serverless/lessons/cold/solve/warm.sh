cd ~/learn-cold
# A lower bound, and zero is not permitted any more.
jq '.labels = {"com.openfaas.scale.min": "1"} | del(.annotations.topic, .annotations.schedule)' function.json > new.json
mv new.json function.json
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @function.json
kubectl -n openfaas-fn rollout status deploy/learn-atlas --timeout=60s
