# Somebody puts the old declaration back and wants the function to run without a break.
curl -sS -f -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @shared/function.json
curl -sS -f -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X POST "$GATEWAY_URL/system/scale-function/my-classify?namespace=openfaas-fn" \
  -d '{"serviceName": "my-classify", "namespace": "openfaas-fn", "replicas": 1}'
