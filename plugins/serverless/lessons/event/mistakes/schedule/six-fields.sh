cd ~/learn-event
kubectl -n openfaas-fn create configmap learn-onpush --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
wrong='{"service": "learn-tick", "image": "labbox.local/fn-python:dev", "annotations": {"labbox.dev/handler-configmap": "learn-onpush", "topic": "cron", "schedule": "*/5 * * * * *"}}'
api -X POST "$GATEWAY_URL/system/functions" -d "$wrong" || api -X PUT "$GATEWAY_URL/system/functions" -d "$wrong"
for i in $(seq 200); do
  if api "$GATEWAY_URL/system/events?limit=50" | jq -e 'any(.[]; .state == "failed" and (.error | contains("*/5 * * * * *")))' >/dev/null; then break; fi
  sleep 0.25
done
