kubectl -n learn-sync delete configmap banner --ignore-not-found
