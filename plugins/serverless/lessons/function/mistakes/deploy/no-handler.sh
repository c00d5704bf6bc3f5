# The ConfigMap is there, but the function does not name it.
cd ~/learn-function
printf 'def handle(event, context):\n    return {"body": {"greeting": "Hello, Ada!"}}\n' > handler.py
kubectl -n openfaas-fn create configmap learn-greet --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
function='{"service": "learn-greet", "image": "labbox.local/fn-python:dev", "readOnlyRootFilesystem": true}'
api -X POST "$GATEWAY_URL/system/functions" -d "$function" || api -X PUT "$GATEWAY_URL/system/functions" -d "$function"
kubectl -n openfaas-fn rollout status deploy/learn-greet --timeout=60s
