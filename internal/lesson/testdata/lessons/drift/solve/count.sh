kubectl get pods -n learn-drift -o name | wc -l
