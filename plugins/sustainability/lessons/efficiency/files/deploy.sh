# deploy.sh FILE: makes FILE the handler of learn-efficiency and waits for the new pod.
set -euo pipefail
kubectl -n openfaas-fn create configmap learn-efficiency-handler --from-file=handler.py="$1" --dry-run=client -o yaml |
  kubectl -n openfaas-fn replace -f -
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -H 'Content-Type: application/json' \
  -d @"$(dirname "$0")/function.json"
kubectl -n openfaas-fn rollout status deployment/learn-efficiency --timeout=60s
