kubectl -n openfaas-fn wait deploy/learn-nap --for=jsonpath='{.spec.replicas}'=0 --timeout=30s
kubectl -n openfaas-fn wait pods -l faas_function=learn-nap --for=delete --timeout=30s # the last one finishes its calls

# The first call waits for the start, the second one finds a replica.
for i in 1 2; do
  curl -fsS -o /dev/null -w "%{time_total} s\n" "$GATEWAY_URL/function/learn-nap"
done
