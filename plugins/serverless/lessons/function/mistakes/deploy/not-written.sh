# Deploys the empty handler.
files=$PWD/files/learner
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
kubectl -n openfaas-fn create configmap learn-greet --from-file="$files/handler.py" --dry-run=client -o yaml | kubectl apply -f -
jq '.annotations = {"labbox.dev/handler-configmap": "learn-greet"}' "$files/function.json" > ~/learn-function/function.json
api -X POST "$GATEWAY_URL/system/functions" -d @"$HOME/learn-function/function.json" || api -X PUT "$GATEWAY_URL/system/functions" -d @"$HOME/learn-function/function.json"
kubectl -n openfaas-fn rollout status deploy/learn-greet --timeout=60s
