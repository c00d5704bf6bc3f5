report() { kubectl -n learn-efficiency get configmap report -o json | jq -r ".data[\"$1\"]"; }

# The exporter computes (O + M) / R for the time of the measurement; R is one call.
sci=$(curl -s "$ENERGY_URL/api/v1/energy?namespace=openfaas-fn&pod=$(report after.pod)&from=$(report after.from)&to=$(report after.to)&units=$(report after.calls)&unit=call" |
  jq .sci.gramsPerUnit)
kubectl -n learn-efficiency patch configmap report --type=merge -p "{\"data\": {\"sci\": \"$sci\"}}"
