kubectl -n learn-quota delete quota --all
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: LimitRange
metadata: {name: team, namespace: learn-quota}
spec:
  limits:
    - type: Container
      max: {cpu: 300m, memory: 256Mi}
YAML
