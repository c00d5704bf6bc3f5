kubectl -n learn-quota delete quota,limitrange --all
kubectl -n learn-quota create quota fence --hard=requests.cpu=300m,requests.memory=256Mi,pods=8
