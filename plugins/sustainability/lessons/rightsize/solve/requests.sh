# What does it use? About 30m, whatever one looks at:
kubectl top pods -n learn-rightsize || true
curl -s "$ENERGY_URL/api/v1/energy?namespace=learn-rightsize&owner=api&window=1m" | jq '.cpuSeconds / .seconds'

# That, and half as much again.
kubectl -n learn-rightsize patch deployment api --patch '
spec:
  template:
    spec:
      containers:
        - name: api
          resources:
            requests: {cpu: 50m, memory: 64Mi}
            limits: {cpu: null}
'
kubectl -n learn-rightsize rollout status deployment/api --timeout=60s
