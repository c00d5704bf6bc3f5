# The prices are in the code.
cd ~/learn-lambda
cat > wrong.py <<'PY'
PRICES = {"coffee": 2.5, "tea": 2, "cake": 3}
CALLS = 0


def handle(event, context):
    global CALLS
    CALLS += 1
    return {"total": sum(PRICES[i["name"]] * i["quantity"] for i in event["items"]), "connections": 0, "calls": CALLS}
PY
python3 - <<'PY'
import zipfile
with zipfile.ZipFile("wrong.zip", "w") as z:
    z.write("wrong.py", "orders.py")
PY
jq -n --arg zip "$(base64 -w0 wrong.zip)" '{ZipFile: $zip}' |
  curl -fsS -X PUT "$LAMBDA_ENDPOINT/2015-03-31/functions/learn-orders/code" -d @-
