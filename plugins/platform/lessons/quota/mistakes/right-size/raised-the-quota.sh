kubectl -n learn-quota create quota team --hard=requests.cpu=400m,requests.memory=256Mi,pods=8 --dry-run=client -o yaml | kubectl apply -f -
