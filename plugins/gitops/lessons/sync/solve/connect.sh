kubectl apply -f - <<'YAML'
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: learn-sync
  namespace: argocd
spec:
  project: default
  source:
    repoURL: http://git.git.svc.cluster.local:3000/learn-sync.git
    targetRevision: main
    path: web
  destination:
    server: https://kubernetes.default.svc
    namespace: learn-sync
YAML
kubectl -n argocd wait application/learn-sync --for=jsonpath='{.status.sync.status}' --timeout=60s
kubectl -n argocd get application learn-sync
