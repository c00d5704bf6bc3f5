# Nothing runs now, but only until the next call; after that it runs for good.
curl -sS -f -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/my-classify?namespace=openfaas-fn" \
  -d '{"serviceName": "my-classify", "namespace": "openfaas-fn", "replicas": 0}'
