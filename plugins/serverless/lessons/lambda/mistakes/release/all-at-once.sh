# Two versions that differ by a comment.
functions="$LAMBDA_ENDPOINT/2015-03-31/functions"
cd ~/learn-lambda
publish() {
  cp orders.py wrong.py
  echo "# $1" >> wrong.py
  python3 - <<'PY'
import zipfile
with zipfile.ZipFile("wrong.zip", "w") as z:
    z.write("wrong.py", "orders.py")
PY
  jq -n --arg zip "$(base64 -w0 wrong.zip)" '{ZipFile: $zip, Publish: true}' |
    curl -fsS -X PUT "$functions/learn-orders/code" -d @- | jq -r .Version
}
old=$(publish old)
new=$(publish new)
alias="{\"Name\": \"live\", \"FunctionVersion\": \"$new\", \"RoutingConfig\": {}}"
curl -fsS -X POST "$functions/learn-orders/aliases" -d "$alias" || curl -fsS -X PUT "$functions/learn-orders/aliases/live" -d "$alias"
