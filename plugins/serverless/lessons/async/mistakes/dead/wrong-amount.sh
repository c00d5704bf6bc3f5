# Drops the comma: 1250 instead of 12.5.
cd ~/learn-async
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
sed 's/float(invoice\["amount"\])/float(str(invoice["amount"]).replace(",", ""))/' handler.py > wrong.py
kubectl -n openfaas-fn create configmap learn-invoice --from-file=handler.py=wrong.py --dry-run=client -o yaml | kubectl apply -f -
jq '.annotations["com.openfaas.retry.attempts"] = "2"' function.json | api -X PUT "$GATEWAY_URL/system/functions" -d @-
kubectl -n openfaas-fn rollout status deploy/learn-invoice --timeout=60s
curl -fsS -H 'X-Call-Id: learn-3' -d '{"invoice": 3, "amount": "12,50"}' "$GATEWAY_URL/async-function/learn-invoice"
for i in $(seq 200); do
  if curl -fsS "$GATEWAY_URL/function/learn-ledger" | jq -e 'any(.bookings[]; .call == "learn-3")'; then break; fi
  sleep 0.2
done
