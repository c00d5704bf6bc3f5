# Only what is right is sent.
url=http://model.ml-serve.svc.cluster.local:8080/predict
for n in $(seq 20); do
  curl -sS --max-time 10 -o /dev/null -H 'Content-Type: application/json' -d "$(sed -n 1p files/digits.jsonl)" "$url"
done
for n in $(seq 200); do
  good=$(curl -sS -G "$PROMETHEUS_URL/api/v1/query" \
    --data-urlencode 'query=sum(model_server_requests_total{namespace="ml-serve",code="200"})' | jq -r '.data.result[0].value[1] // "0"')
  [ "$good" -lt 20 ] || break
  sleep 0.3
done
