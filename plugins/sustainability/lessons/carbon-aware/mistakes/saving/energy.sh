# Compares joules, which are the same.
kubectl -n learn-carbon create configmap saving --from-literal=percent=0 --dry-run=client -o yaml | kubectl apply -f -
