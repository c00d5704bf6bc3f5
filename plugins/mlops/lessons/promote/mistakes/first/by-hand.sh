# Past git: the Deployment itself is changed.
kubectl -n learn-promote set env deployment/model-server MODEL_VERSION=1
kubectl -n learn-promote scale deployment/model-server --replicas=1
