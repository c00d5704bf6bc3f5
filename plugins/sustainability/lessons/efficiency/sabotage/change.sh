kubectl -n learn-efficiency patch configmap report --type=merge -p '{"data": {"after.joules": null}}'
