# Leaves out what making the machine has cost.
joules=$(kubectl -n learn-efficiency get configmap report -o jsonpath='{.data.after\.joules}')
grams=$(curl -s "$ENERGY_URL/api/v1/energy" | jq "$joules / 3600000 * .gramsPerKWh")
kubectl -n learn-efficiency patch configmap report --type=merge -p "{\"data\": {\"sci\": \"$grams\"}}"
