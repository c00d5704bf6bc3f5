# The function in orders.py is called handle.
cd ~/learn-lambda
python3 -m zipfile -c wrong.zip orders.py
functions="$LAMBDA_ENDPOINT/2015-03-31/functions"
jq -n --arg zip "$(base64 -w0 wrong.zip)" '{FunctionName: "learn-orders", Runtime: "python3.12", Handler: "orders.handler", Role: "arn:aws:iam::000000000000:role/lab", Code: {ZipFile: $zip}}' > wrong.json
curl -fsS -X POST "$functions" -d @wrong.json || {
  curl -fsS -X PUT "$functions/learn-orders/configuration" -d '{"Handler": "orders.handler"}'
  jq '.Code' wrong.json | curl -fsS -X PUT "$functions/learn-orders/code" -d @-
}
