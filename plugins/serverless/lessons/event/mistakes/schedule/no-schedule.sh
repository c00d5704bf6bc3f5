cd ~/learn-event
kubectl -n openfaas-fn create configmap learn-onpush --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
wrong='{"service": "learn-tick", "image": "labbox.local/fn-python:dev", "annotations": {"labbox.dev/handler-configmap": "learn-onpush", "topic": "cron"}}'
api -X POST "$GATEWAY_URL/system/functions" -d "$wrong" || api -X PUT "$GATEWAY_URL/system/functions" -d "$wrong"
