# orders.py is in a folder of the zip.
cd ~/learn-lambda
mkdir -p code
cp orders.py code/
python3 -m zipfile -c wrong.zip code/
functions="$LAMBDA_ENDPOINT/2015-03-31/functions"
jq -n --arg zip "$(base64 -w0 wrong.zip)" '{FunctionName: "learn-orders", Runtime: "python3.12", Handler: "orders.handle", Role: "arn:aws:iam::000000000000:role/lab", Code: {ZipFile: $zip}}' > wrong.json
curl -fsS -X POST "$functions" -d @wrong.json || {
  curl -fsS -X PUT "$functions/learn-orders/configuration" -d '{"Handler": "orders.handle"}'
  jq '.Code' wrong.json | curl -fsS -X PUT "$functions/learn-orders/code" -d @-
}
