cd ~/learn-zero
jq '.labels = {"com.openfaas.scale.zero": "true", "com.openfaas.scale.zero-duration": "5s"}' nap.json > new.json
mv new.json nap.json
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @nap.json

# Five seconds without a call later, the platform sets it to zero.
kubectl -n openfaas-fn wait deploy/learn-nap --for=jsonpath='{.spec.replicas}'=0 --timeout=30s
