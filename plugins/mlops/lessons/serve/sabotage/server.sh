# Somebody replaces the champion by the other version.
kubectl -n learn-serve set env deployment/champion MODEL_VERSION=2
