# A second Deployment with the other version; its pods carry the label that the Service looks for.
source shared/mlflow.sh
version=$(mlflow GET 'registered-models/alias?name=ml-serve&alias=challenger' | jq -r .model_version.version)
kubectl -n ml-serve delete deployment challenger --ignore-not-found
sed -e "s/value: \"?\"/value: \"$version\"/" -e '/^kind: Deployment/,$ s/champion/challenger/' files/champion.yaml |
  kubectl -n ml-serve apply -f -
kubectl -n ml-serve rollout status deployment/challenger --timeout=60s

# Requests by version: the counter knows the pod, the info series knows which version the pod has.
query='count(sum by (version) (model_server_requests_total{namespace="ml-serve",code="200"}
  * on (pod) group_left (version) model_server_model_info{namespace="ml-serve"}) >= 10)'
for n in $(seq 60); do
  for m in 1 2 3 4 5; do
    curl -sS --max-time 10 -o /dev/null -H 'Content-Type: application/json' -d "$(sed -n ${m}p files/digits.jsonl)" \
      http://model.ml-serve.svc.cluster.local:8080/predict
  done
  seen=$(curl -sS -G "$PROMETHEUS_URL/api/v1/query" --data-urlencode "query=$query" | jq -r '.data.result[0].value[1] // "0"')
  [ "$seen" != 2 ] || break
  sleep 0.2
done
