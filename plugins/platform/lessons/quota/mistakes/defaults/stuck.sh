# The guest was refused a few times before the default came, and nobody gives it a push.
kubectl -n learn-quota delete deployment guest --ignore-not-found
kubectl -n learn-quota delete limitrange --all
kubectl -n learn-quota create quota team --hard=requests.cpu=300m,requests.memory=256Mi,pods=8 --dry-run=client -o yaml | kubectl apply -f -
# The API server knows a new quota only a moment later; till then it lets everybody in.
for i in $(seq 80); do
  kubectl -n learn-quota run probe --image=labbox.local/pause:3.10 --dry-run=server || break
  sleep 0.1
done
kubectl apply -f ~/learn-quota/guest.yaml
# After eleven refusals the next try is ten seconds away.
for i in $(seq 80); do
  # By its uid: the one before, of the same file, had the same name.
  rs=$(kubectl -n learn-quota get rs -l app=guest -o jsonpath='{.items[0].metadata.uid}' || true)
  refused=$(kubectl -n learn-quota get events -o json | jq --arg rs "$rs" '[.items[] | select(.reason == "FailedCreate" and .involvedObject.uid == $rs) | .count // 1] | add // 0')
  if [ "$refused" -ge 11 ]; then break; fi
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
