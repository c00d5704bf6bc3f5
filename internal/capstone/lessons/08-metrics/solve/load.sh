# Sixty-five digits, and five requests that are none.
for n in $(seq 13); do
  while read -r digit; do
    curl -sS --max-time 20 -o /dev/null -d "$digit" "$GATEWAY_URL/function/my-classify"
  done < shared/digits.jsonl
done
for n in 1 2 3 4 5; do
  curl -sS --max-time 20 -o /dev/null -d '{"pixels": [1, 2, 3]}' "$GATEWAY_URL/function/my-classify"
done

# What Prometheus makes of it, as soon as it has read the counters.
ask() { curl -sS -G "$PROMETHEUS_URL/api/v1/query" --data-urlencode "query=$1" | jq -r '.data.result[0].value[1] // "0"'; }
for n in $(seq 200); do
  [ "$(ask 'sum(my_classify_total{code="400"})')" -lt 5 ] || break
  sleep 0.3
done
echo "p95 in seconds: $(ask 'histogram_quantile(0.95, sum by (le) (rate(gateway_functions_seconds_bucket{function_name="my-classify.openfaas-fn"}[1m])))')"
