# One quota for the namespace; others that somebody has tried out go.
kubectl -n learn-quota delete quota,limitrange --all
kubectl -n learn-quota create quota team --hard=requests.cpu=300m,requests.memory=256Mi,pods=8
kubectl -n learn-quota describe quota team
