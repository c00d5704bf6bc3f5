# Somebody puts the measurement to sleep "for the weekend".
kubectl -n ml-drift patch cronjob drift --type merge -p '{"spec": {"suspend": true}}'
