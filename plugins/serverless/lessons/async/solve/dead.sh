cd ~/learn-async
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }

# Why is it dead? The function's last answer tells.
letters="$GATEWAY_URL/system/dead-letters"
api "$letters?name=learn-invoice&namespace=openfaas-fn" | jq '.[] | {id, callId, tries, status, answer}'

# The amount may be text with a comma.
cat > handler.py <<'PY'
"""Books an invoice in the ledger."""

import json
import os
import time
import urllib.request

LEDGER = os.environ["ledger_url"]


def book(entry):
    request = urllib.request.Request(LEDGER + "/", method="POST", data=json.dumps(entry).encode())
    urllib.request.urlopen(request, timeout=10).close()


def handle(event, context):
    invoice = json.loads(event.body)
    retry = event.headers.get("X-Retry")  # None: called synchronously
    amount = float(str(invoice["amount"]).replace(",", "."))
    if amount >= 100 and int(retry or 0) < 2:
        return {"statusCode": 503, "body": "the credit check does not answer\n"}
    time.sleep(1)  # real work
    book({"call": context.call_id, "invoice": invoice["invoice"], "amount": amount, "retry": retry})
    return {"statusCode": 201}
PY
kubectl -n openfaas-fn create configmap learn-invoice --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
api -X PUT "$GATEWAY_URL/system/functions" -d @function.json
kubectl -n openfaas-fn rollout status deploy/learn-invoice --timeout=60s

# Replay the letter; if it is gone, send the invoice again under its number.
id=$(api "$letters?name=learn-invoice&namespace=openfaas-fn" | jq -r '[.[] | select(.callId == "learn-3")][0].id // empty')
if [ -n "$id" ]; then
  api -X POST "$letters/$id/replay"
else
  curl -fsS -H 'X-Call-Id: learn-3' -d '{"invoice": 3, "amount": "12,50"}' "$GATEWAY_URL/async-function/learn-invoice"
fi
for i in $(seq 200); do
  if curl -fsS "$GATEWAY_URL/function/learn-ledger" | jq -e 'any(.bookings[]; .call == "learn-3" and .amount == 12.5)'; then break; fi
  sleep 0.2
done
