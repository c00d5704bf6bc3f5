# Somebody replaces the champion by the other version.
kubectl -n ml-serve set env deployment/champion MODEL_VERSION=2
