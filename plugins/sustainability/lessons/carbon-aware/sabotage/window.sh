kubectl -n learn-carbon patch cronjob backup --type=merge -p '{"spec": {"schedule": "0 2 * * *"}}'
