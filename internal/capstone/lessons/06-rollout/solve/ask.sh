# Ten digits, straight to the model server.
for n in 1 2; do
  while read -r digit; do
    curl -sS --max-time 10 -H 'Content-Type: application/json' -d "$digit" http://model-server.my-digits.svc.cluster.local:8080/predict && echo
  done < shared/digits.jsonl
done

# Prometheus asks the server every five seconds.
for n in $(seq 200); do
  answers=$(curl -sS -G "$PROMETHEUS_URL/api/v1/query" \
    --data-urlencode 'query=sum(model_server_requests_total{namespace="my-digits",code="200"})' | jq -r '.data.result[0].value[1] // "0"')
  [ "$answers" -lt 10 ] || break
  sleep 0.3
done
