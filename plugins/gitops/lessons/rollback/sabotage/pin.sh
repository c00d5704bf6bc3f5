kubectl -n argocd patch application learn-rollback --type=merge -p '{"spec": {"source": {"targetRevision": "main"}}}'
