# The total is kept from call to call as well.
cd ~/learn-lambda
cat > wrong.py <<'PY'
import time

CALLS = 0
TOTAL = 0


def connect():
    time.sleep(0.3)
    return {"coffee": 2.5, "tea": 2, "cake": 3}


PRICES = connect()


def handle(event, context):
    global CALLS, TOTAL
    CALLS += 1
    for i in event["items"]:
        TOTAL += PRICES[i["name"]] * i["quantity"]
    return {"total": TOTAL, "connections": 1, "calls": CALLS}
PY
python3 - <<'PY'
import zipfile
with zipfile.ZipFile("wrong.zip", "w") as z:
    z.write("wrong.py", "orders.py")
PY
jq -n --arg zip "$(base64 -w0 wrong.zip)" '{ZipFile: $zip}' |
  curl -fsS -X PUT "$LAMBDA_ENDPOINT/2015-03-31/functions/learn-orders/code" -d @-
