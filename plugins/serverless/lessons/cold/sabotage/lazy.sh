# The slow handler again.
kubectl -n openfaas-fn create configmap learn-atlas --from-file=files/learner/handler.py --dry-run=client -o yaml | kubectl apply -f -
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @files/learner/function.json
kubectl -n openfaas-fn rollout status deploy/learn-atlas --timeout=60s
