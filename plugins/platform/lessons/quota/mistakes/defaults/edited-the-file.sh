kubectl apply -f ~/learn-quota/guest.yaml
kubectl -n learn-quota set resources deploy/guest --requests=cpu=25m,memory=16Mi
