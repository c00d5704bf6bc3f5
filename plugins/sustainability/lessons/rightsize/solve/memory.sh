# Why does it not run?
kubectl -n learn-rightsize get pods -l app=cache -o jsonpath='{.items[*].status.containerStatuses[*].lastState.terminated.reason}{"\n"}'

# 48 MiB of data and some for Python, with a third of margin; request and limit are the same.
kubectl -n learn-rightsize set resources deployment cache --requests=cpu=10m,memory=80Mi --limits=memory=80Mi
kubectl -n learn-rightsize rollout status deployment/cache --timeout=60s
