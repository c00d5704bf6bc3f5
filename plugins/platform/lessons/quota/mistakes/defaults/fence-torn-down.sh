kubectl -n learn-quota delete quota team
kubectl replace --force -f ~/learn-quota/guest.yaml
kubectl -n learn-quota rollout status deploy/guest --timeout=60s
