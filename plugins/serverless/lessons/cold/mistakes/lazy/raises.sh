# The table is never loaded.
sed 's/^TABLE, BUILDS = load_table(), 1$/TABLE, BUILDS = None, 0/' files/learner/handler.py > ~/learn-cold/handler.py
kubectl -n openfaas-fn create configmap learn-atlas --from-file="$HOME/learn-cold/handler.py" --dry-run=client -o yaml | kubectl apply -f -
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @files/learner/function.json
kubectl -n openfaas-fn rollout status deploy/learn-atlas --timeout=60s
curl -sS -d '{"n": 12}' "$GATEWAY_URL/function/learn-atlas/square"
