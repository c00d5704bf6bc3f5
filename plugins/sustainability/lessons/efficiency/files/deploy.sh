# deploy.sh FILE: makes FILE the handler of learn-efficiency and waits for the new pod.
deployment="kubectl -n openfaas-fn get deployment learn-efficiency -o jsonpath={.metadata.generation}"
before=$($deployment)
kubectl -n openfaas-fn create configmap learn-efficiency-handler --from-file=handler.py="$1" --dry-run=client -o yaml | kubectl apply -f - 2>&1 |
  grep -v Warning
for try in $(seq 40); do # the gateway notices the new content and rolls it out
  [ "$($deployment)" = "$before" ] || break
  sleep 0.5
done
kubectl -n openfaas-fn rollout status deployment/learn-efficiency --timeout=60s
