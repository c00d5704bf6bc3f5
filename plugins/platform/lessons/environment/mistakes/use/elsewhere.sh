kubectl -n env-learn-try delete deployment probe --ignore-not-found
kubectl -n openfaas-fn apply -f ~/learn-environment/probe.yaml
