kubectl -n learn-measure delete job burn --ignore-not-found
kubectl -n learn-measure create job burn --image=labbox.local/busybox:1.35 -- sh -c 'seq 1 10000000 | md5sum'
kubectl -n learn-measure wait job/burn --for=condition=complete --timeout=60s

# The same in Prometheus, a few seconds later:
curl -s "$PROMETHEUS_URL/api/v1/query" --data-urlencode 'query=kepler_pod_cpu_joules_total{pod_namespace="learn-measure"}' | jq .data.result
