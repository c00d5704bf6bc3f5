# The quota as it was agreed, all four workers, and a reservation near to what they need.
kubectl -n learn-quota create quota team --hard=requests.cpu=300m,requests.memory=256Mi,pods=8 --dry-run=client -o yaml | kubectl apply -f -
kubectl -n learn-quota set resources deploy/workers --requests=cpu=25m,memory=16Mi
kubectl -n learn-quota scale deploy/workers --replicas=4
kubectl -n learn-quota rollout status deploy/workers --timeout=60s
