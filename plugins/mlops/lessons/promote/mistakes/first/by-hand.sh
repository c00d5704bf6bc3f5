# Past git: the Deployment itself is changed.
kubectl -n ml-promote set env deployment/model-server MODEL_VERSION=1
kubectl -n ml-promote scale deployment/model-server --replicas=1
