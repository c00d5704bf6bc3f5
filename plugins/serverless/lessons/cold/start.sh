# The start: learn-atlas as it was written first, made anew so that no replica of before is left.
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
functions="$GATEWAY_URL/system/functions"

rm -rf ~/learn-cold
cp -r files/learner ~/learn-cold
kubectl -n openfaas-fn create configmap learn-atlas --from-file=files/learner/handler.py --dry-run=client -o yaml | kubectl apply -f -
api -X DELETE "$functions" -d '{"functionName": "learn-atlas"}' 2>/dev/null || true
api -X POST "$functions" -d @files/learner/function.json
