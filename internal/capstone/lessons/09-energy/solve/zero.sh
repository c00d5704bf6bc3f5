# The same function with two labels more; after ten seconds without a call nothing of it runs.
jq '.labels["com.openfaas.scale.zero"] = "true" | .labels["com.openfaas.scale.zero-duration"] = "10s"' shared/function.json > /tmp/function.json
curl -sS -f -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @/tmp/function.json
for n in $(seq 200); do
  [ -n "$(kubectl -n openfaas-fn get pods -l faas_function=my-classify -o name)" ] || break
  sleep 0.2
done
