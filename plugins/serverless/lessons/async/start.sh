# The start: learn-invoice as it was written first, an empty ledger, and learn-3 among the dead letters.
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
functions="$GATEWAY_URL/system/functions"
letters="$GATEWAY_URL/system/dead-letters"

rm -rf ~/learn-async
cp -r files/learner ~/learn-async
kubectl -n openfaas-fn create configmap learn-ledger --from-file=files/ledger/handler.py --dry-run=client -o yaml | kubectl apply -f -
kubectl -n openfaas-fn create configmap learn-invoice --from-file=files/learner/handler.py --dry-run=client -o yaml | kubectl apply -f -

# What is queued or dead from before goes.
for id in learn-1 learn-2 learn-3 learn-4; do
  curl -fsS -X DELETE "$GATEWAY_URL/async-function/$id" 2>/dev/null || true
done
api -X DELETE "$functions" -d '{"functionName": "learn-invoice"}' 2>/dev/null || true
for id in $(api "$letters?name=learn-invoice&namespace=openfaas-fn&limit=1000" | jq -r '.[].id'); do
  api -X DELETE "$letters/$id"
done

api -X POST "$functions" -d @files/ledger/function.json 2>/dev/null || api -X PUT "$functions" -d @files/ledger/function.json
api -X POST "$functions" -d @files/learner/function.json
curl -fsS -X DELETE "$GATEWAY_URL/function/learn-ledger"

# An amount that the handler cannot read: tried twice, then dead.
curl -fsS -H 'X-Call-Id: learn-3' -d '{"invoice": 3, "amount": "12,50"}' "$GATEWAY_URL/async-function/learn-invoice"
for i in $(seq 200); do
  if api "$letters?name=learn-invoice&namespace=openfaas-fn" | jq -e 'any(.[]; .callId == "learn-3")' >/dev/null; then break; fi
  sleep 0.1
done
