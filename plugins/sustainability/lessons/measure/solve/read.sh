pod=$(kubectl -n learn-measure get pods -l job-name=burn -o jsonpath='{.items[0].metadata.name}')
curl -s "$ENERGY_URL/api/v1/energy?namespace=learn-measure&pod=$pod&window=30m" > /tmp/reading.json
joules=$(jq .joules /tmp/reading.json)
method=$(jq -r .method /tmp/reading.json)

# One kilowatt-hour is 3.6 million joules.
grams=$(jq '.joules / 3600000 * .gramsPerKWh' /tmp/reading.json)

kubectl -n learn-measure create configmap reading --dry-run=client -o yaml \
  --from-literal=joules="$joules" --from-literal=grams="$grams" --from-literal=method="$method" | kubectl apply -f -
