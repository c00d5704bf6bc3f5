# The variable is set, the handler does not read it.
cd ~/learn-function
cat > handler.py <<'PY'
import json


def handle(event, context):
    return {"body": {"greeting": "Hello, %s!" % json.loads(event.body)["name"]}}
PY
kubectl -n openfaas-fn create configmap learn-greet --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
jq '.envVars = {"GREETING": "Servus"}' function.json | curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @-
kubectl -n openfaas-fn rollout status deploy/learn-greet --timeout=60s
