# The banner comes back, past git.
kubectl -n learn-sync create configmap banner --from-literal=index.html="Winter sale"
