# 25 digits that can be read, and one request that is no picture at all.
url=http://model.ml-serve.svc.cluster.local:8080/predict
for n in 1 2 3 4 5; do
  while read -r digit; do
    curl -sS --max-time 10 -H 'Content-Type: application/json' -d "$digit" "$url" && echo
  done < files/digits.jsonl
done
curl -sS --max-time 10 -H 'Content-Type: application/json' -d '{"pixels": [1, 2, 3]}' "$url" && echo

# Prometheus asks the server every five seconds.
for n in $(seq 200); do
  bad=$(curl -sS -G "$PROMETHEUS_URL/api/v1/query" \
    --data-urlencode 'query=sum(model_server_requests_total{namespace="ml-serve",code="400"})' | jq -r '.data.result[0].value[1] // "0"')
  [ "$bad" = 0 ] || break
  sleep 0.3
done
