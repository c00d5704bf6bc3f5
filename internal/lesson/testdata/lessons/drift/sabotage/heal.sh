kubectl -n argocd delete application learn-drift
