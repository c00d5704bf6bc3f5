cd ~/learn-lambda
cat > orders.py <<'PY'
"""Adds up an order, for AWS Lambda."""

import time

CONNECTIONS = CALLS = 0


def connect():
    """Opens a connection to the price list, which takes 300 milliseconds."""
    global CONNECTIONS
    time.sleep(0.3)
    CONNECTIONS += 1
    return {"coffee": 2.5, "tea": 2, "cake": 3}


def handle(event, context):
    global CALLS
    CALLS += 1
    prices = connect()
    total = sum(prices[i["name"]] * i["quantity"] for i in event["items"])
    return {"total": total, "connections": CONNECTIONS, "calls": CALLS}
PY
# orders.py lies at the top level of the zip.
rm -f orders.zip
python3 -m zipfile -c orders.zip orders.py

functions="$LAMBDA_ENDPOINT/2015-03-31/functions"
jq -n --arg zip "$(base64 -w0 orders.zip)" '{
  FunctionName: "learn-orders",
  Runtime: "python3.12",
  Handler: "orders.handle",
  Role: "arn:aws:iam::000000000000:role/lab",
  Code: {ZipFile: $zip}
}' > create.json

# If there is one already: settings first, then code.
curl -fsS -X POST "$functions" -d @create.json || {
  curl -fsS -X PUT "$functions/learn-orders/configuration" -d '{"Handler": "orders.handle"}'
  jq '.Code' create.json | curl -fsS -X PUT "$functions/learn-orders/code" -d @-
}
curl -fsS -d @event.json "$functions/learn-orders/invocations"
