# Prints the three Applications: dev and staging follow by themselves, prod is synced by decision.
for environment in dev staging prod; do
  cat <<YAML
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: learn-promotion-$environment
  namespace: argocd
  annotations: {argocd.argoproj.io/refresh: normal} # past what Argo CD remembers of the branch
spec:
  project: default
  source:
    repoURL: http://git.git.svc.cluster.local:3000/learn-promotion.git
    targetRevision: main
    path: $environment
  destination:
    server: https://kubernetes.default.svc
    namespace: learn-promotion-$environment
YAML
  if [ "$environment" = prod ]; then
    echo 'operation: {sync: {}}'
  else
    echo '  syncPolicy: {automated: {prune: true, selfHeal: true}}'
  fi
done
