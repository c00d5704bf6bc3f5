cd ~/learn-event
kubectl -n openfaas-fn create configmap learn-onpush --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
cat > tick.json <<'JSON'
{
  "service": "learn-tick",
  "image": "labbox.local/fn-python:dev",
  "readOnlyRootFilesystem": true,
  "annotations": {"labbox.dev/handler-configmap": "learn-onpush", "topic": "cron", "schedule": "@every 5s"}
}
JSON
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
api -X POST "$GATEWAY_URL/system/functions" -d @tick.json || api -X PUT "$GATEWAY_URL/system/functions" -d @tick.json
kubectl -n openfaas-fn rollout status deploy/learn-tick --timeout=60s

# Two ticks take up to ten seconds.
for i in $(seq 200); do
  arrived=$(api "$GATEWAY_URL/system/events?limit=500" | jq '[.[] | select(.functionName == "learn-tick" and .state == "done")] | length')
  if [ "$arrived" -ge 2 ]; then break; fi
  sleep 0.5
done
echo "$arrived ticks have arrived"
