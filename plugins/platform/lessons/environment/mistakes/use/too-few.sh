kubectl -n env-learn-try apply -f ~/learn-environment/probe.yaml
kubectl -n env-learn-try scale deploy/probe --replicas=3
kubectl -n env-learn-try rollout status deploy/probe --timeout=60s
