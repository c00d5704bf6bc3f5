# The start: no learn-greet, learn-counter on one replica, a fresh folder ~/learn-function.
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
functions="$GATEWAY_URL/system/functions"

api -X DELETE "$functions" -d '{"functionName": "learn-greet"}' 2>/dev/null || true
kubectl -n openfaas-fn delete configmap learn-greet --ignore-not-found
rm -rf ~/learn-function
cp -r files/learner ~/learn-function

kubectl -n openfaas-fn create configmap learn-counter --from-file=files/counter/handler.py --dry-run=client -o yaml | kubectl apply -f -
api -X POST "$functions" -d @files/counter/function.json 2>/dev/null || api -X PUT "$functions" -d @files/counter/function.json
api -X POST "$GATEWAY_URL/system/scale-function/learn-counter" -d '{"serviceName": "learn-counter", "replicas": 1}'
