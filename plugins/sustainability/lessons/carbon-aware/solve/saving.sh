started=$(kubectl -n learn-carbon get job report -o jsonpath='{.metadata.annotations.carbon/started-grams}')
midnight=310

# The joules are the same; what differs is the grams for each of them.
kubectl -n learn-carbon create configmap saving --dry-run=client -o yaml \
  --from-literal=percent="$(jq -n "100 * (1 - $started / $midnight)")" | kubectl apply -f -
