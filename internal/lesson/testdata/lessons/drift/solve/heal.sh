kubectl -n argocd patch application learn-drift --type merge -p "{}"
