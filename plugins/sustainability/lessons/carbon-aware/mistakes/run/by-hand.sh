kubectl -n learn-carbon patch job report --type=merge -p '{"spec": {"suspend": false}}'
kubectl -n learn-carbon wait job/report --for=condition=complete --timeout=60s
