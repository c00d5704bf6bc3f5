# Twenty-five digits through the gateway; the answer names the version of the model.
for n in 1 2 3 4 5; do
  while read -r digit; do
    curl -sS --max-time 20 -d "$digit" "$GATEWAY_URL/function/my-classify" && echo
  done < shared/digits.jsonl
done

# Prometheus asks the function's pod every five seconds.
for n in $(seq 200); do
  answers=$(curl -sS -G "$PROMETHEUS_URL/api/v1/query" \
    --data-urlencode 'query=sum(my_classify_total{code="200"})' | jq -r '.data.result[0].value[1] // "0"')
  [ "$answers" -lt 20 ] || break
  sleep 0.3
done
