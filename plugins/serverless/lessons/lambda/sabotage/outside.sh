# Connects at every invocation again.
cd ~/learn-lambda
sed 's/^    CALLS += 1$/    CALLS += 1\n    connect()/' orders.py > slow.py
python3 - <<'PY'
import zipfile
with zipfile.ZipFile("slow.zip", "w") as z:
    z.write("slow.py", "orders.py")
PY
jq -n --arg zip "$(base64 -w0 slow.zip)" '{ZipFile: $zip}' |
  curl -fsS -X PUT "$LAMBDA_ENDPOINT/2015-03-31/functions/learn-orders/code" -d @-
for i in 1 2; do
  curl -fsS -d @event.json "$LAMBDA_ENDPOINT/2015-03-31/functions/learn-orders/invocations"
done
