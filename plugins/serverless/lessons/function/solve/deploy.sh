cd ~/learn-function
cat > handler.py <<'PY'
import json


def handle(event, context):
    name = json.loads(event.body)["name"]
    return {"body": {"greeting": "Hello, %s!" % name}}
PY
cat > function.json <<'JSON'
{
  "service": "learn-greet",
  "image": "labbox.local/fn-python:dev",
  "readOnlyRootFilesystem": true,
  "annotations": {"labbox.dev/handler-configmap": "learn-greet"}
}
JSON
# The code goes into a ConfigMap: made anew, or changed if there is one.
kubectl -n openfaas-fn create configmap learn-greet --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -

# POST creates the function; if there is one already, PUT deploys it anew.
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
api -X POST "$GATEWAY_URL/system/functions" -d @function.json || api -X PUT "$GATEWAY_URL/system/functions" -d @function.json

kubectl -n openfaas-fn rollout status deploy/learn-greet --timeout=60s
curl -fsS -d '{"name": "Ada"}' "$GATEWAY_URL/function/learn-greet"
