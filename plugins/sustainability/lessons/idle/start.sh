functions="$GATEWAY_URL/system/functions"
login="$GATEWAY_USER:$GATEWAY_PASSWORD"

curl -s -o /dev/null -u "$login" -X DELETE "$functions" -d '{"functionName": "learn-idle"}'
kubectl -n openfaas-fn wait deployment/learn-idle --for=delete --timeout=5s
curl -fsS -u "$login" -X POST "$functions" -H 'Content-Type: application/json' -d @files/function.json
kubectl -n openfaas-fn wait deployment/learn-idle --for=condition=Available --timeout=8s
