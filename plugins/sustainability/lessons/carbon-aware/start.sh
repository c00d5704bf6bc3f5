kubectl -n learn-carbon delete job,cronjob,configmap report backup saving grid --ignore-not-found
kubectl -n learn-carbon create configmap grid --from-file=files/intensity.csv
