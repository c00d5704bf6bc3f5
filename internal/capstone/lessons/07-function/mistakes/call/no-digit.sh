# Requests that are no digits: the function answers, but not with a digit.
for n in 1 2 3; do
  curl -sS --max-time 20 -d '{"pixels": [1, 2, 3]}' "$GATEWAY_URL/function/my-classify"
done
for n in $(seq 200); do
  bad=$(curl -sS -G "$PROMETHEUS_URL/api/v1/query" \
    --data-urlencode 'query=sum(my_classify_total{code="400"})' | jq -r '.data.result[0].value[1] // "0"')
  [ "$bad" -lt 3 ] || break
  sleep 0.3
done
