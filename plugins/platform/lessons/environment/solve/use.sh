kubectl -n openfaas-fn delete deployment probe --ignore-not-found
kubectl -n env-learn-try apply -f ~/learn-environment/probe.yaml
kubectl -n env-learn-try scale deploy/probe --replicas=10
kubectl -n env-learn-try rollout status deploy/probe --timeout=60s
