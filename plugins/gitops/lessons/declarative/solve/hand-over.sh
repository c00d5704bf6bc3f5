kubectl apply -f - <<'YAML'
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: learn-declarative
  namespace: argocd
spec:
  project: default
  source:
    repoURL: http://git.git.svc.cluster.local:3000/learn-declarative.git
    targetRevision: main
    path: deploy
  destination:
    server: https://kubernetes.default.svc
    namespace: learn-declarative
  syncPolicy:
    automated: {prune: true}
YAML
kubectl -n argocd wait application/learn-declarative --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
