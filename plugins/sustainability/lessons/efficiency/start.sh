functions="$GATEWAY_URL/system/functions"
login="$GATEWAY_USER:$GATEWAY_PASSWORD"

curl -s -o /dev/null -u "$login" -X DELETE "$functions" -d '{"functionName": "learn-efficiency"}'
kubectl -n openfaas-fn wait deployment/learn-efficiency --for=delete --timeout=5s
kubectl -n openfaas-fn delete configmap learn-efficiency-handler --ignore-not-found
kubectl -n openfaas-fn create configmap learn-efficiency-handler --from-file=files/handler.py
kubectl -n learn-efficiency delete configmap report --ignore-not-found
kubectl -n learn-efficiency create configmap report
curl -fsS -u "$login" -X POST "$functions" -H 'Content-Type: application/json' -d @files/function.json
cp files/handler.py ~/handler.py
kubectl -n openfaas-fn wait deployment/learn-efficiency --for=condition=Available --timeout=8s
