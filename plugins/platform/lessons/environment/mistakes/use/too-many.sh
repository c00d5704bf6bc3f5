kubectl -n openfaas-fn delete deployment probe --ignore-not-found
kubectl -n env-learn-try apply -f ~/learn-environment/probe.yaml
