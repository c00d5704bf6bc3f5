# The quota holds, and whoever says nothing gets a size.
kubectl -n learn-quota create quota team --hard=requests.cpu=300m,requests.memory=256Mi,pods=8 --dry-run=client -o yaml | kubectl apply -f -
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: learn-quota}
spec:
  limits:
    - type: Container
      defaultRequest: {cpu: 25m, memory: 16Mi}
YAML
# As it came: with --force, what somebody added to it by hand goes as well.
kubectl replace --force -f ~/learn-quota/guest.yaml
kubectl -n learn-quota rollout status deploy/guest --timeout=60s
