# The guest was refused a few times before the default came, and nobody gives it a push.
kubectl -n learn-quota delete deployment guest --ignore-not-found
kubectl -n learn-quota delete limitrange --all
kubectl -n learn-quota create quota team --hard=requests.cpu=300m,requests.memory=256Mi,pods=8 --dry-run=client -o yaml | kubectl apply -f -
kubectl apply -f ~/learn-quota/guest.yaml
for i in $(seq 80); do
  rs=$(kubectl -n learn-quota get rs -l app=guest -o jsonpath='{.items[0].metadata.name}' || true)
  refused=$(kubectl -n learn-quota get events -o json | jq --arg rs "$rs" '[.items[] | select(.reason == "FailedCreate" and .involvedObject.name == $rs) | .count // 1] | add // 0')
  if [ "$refused" -ge 8 ]; then break; fi
  sleep 0.25
done
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: learn-quota}
spec:
  limits:
    - type: Container
      defaultRequest: {cpu: 25m, memory: 16Mi}
YAML
