cd ~/learn-event
kubectl -n openfaas-fn create configmap learn-onpush --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
jq '.labels.topic = "git.push" | del(.annotations.topic)' function.json > wrong.json
api -X POST "$GATEWAY_URL/system/functions" -d @wrong.json || api -X PUT "$GATEWAY_URL/system/functions" -d @wrong.json
