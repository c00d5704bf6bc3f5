# To be on the safe side.
kubectl -n learn-rightsize set resources deployment api --requests=cpu=500m,memory=64Mi
