cd ~/learn-function
cat > handler.py <<'PY'
import json
import os


def handle(event, context):
    word = os.environ.get("GREETING", "Hello")
    name = json.loads(event.body)["name"]
    return {"body": {"greeting": "%s, %s!" % (word, name)}}
PY
cat > function.json <<'JSON'
{
  "service": "learn-greet",
  "image": "labbox.local/fn-python:dev",
  "readOnlyRootFilesystem": true,
  "annotations": {"labbox.dev/handler-configmap": "learn-greet"},
  "envVars": {"GREETING": "Servus"}
}
JSON
kubectl -n openfaas-fn create configmap learn-greet --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @function.json
kubectl -n openfaas-fn rollout status deploy/learn-greet --timeout=60s
