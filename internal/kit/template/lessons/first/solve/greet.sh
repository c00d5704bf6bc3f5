kubectl -n learn-[[.Name]] create configmap greeting --from-literal=text=hello --dry-run=client -o yaml | kubectl apply -f -
