# The start: four workers of 100m each, no quota, no defaults, no guest.
kubectl -n learn-quota delete resourcequota,limitrange --all --ignore-not-found
kubectl -n learn-quota delete deployment guest --ignore-not-found
kubectl apply -f files/workers.yaml
kubectl -n learn-quota scale deploy/workers --replicas=4
rm -rf ~/learn-quota
cp -r files/learner ~/learn-quota
kubectl -n learn-quota rollout status deploy/workers --timeout=60s
