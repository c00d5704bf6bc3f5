# The function as it is, with two more labels: to zero after five seconds without a call.
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -H 'Content-Type: application/json' -d '{
  "service": "learn-idle",
  "image": "labbox.local/fn-python:dev",
  "envVars": {"function_dir": "/home/app/samples/wordcount"},
  "labels": {"com.openfaas.scale.zero": "true", "com.openfaas.scale.zero-duration": "5s"},
  "requests": {"cpu": "50m", "memory": "32Mi"}
}'
kubectl -n openfaas-fn wait deployment/learn-idle --for=jsonpath='{.spec.replicas}'=0 --timeout=60s
