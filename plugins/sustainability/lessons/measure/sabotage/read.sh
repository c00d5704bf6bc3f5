kubectl -n learn-measure patch configmap reading --type=merge -p '{"data": {"joules": "1000000"}}'
