kubectl apply -f - <<'YAML'
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: learn-apps
  namespace: argocd
spec:
  project: default
  source:
    repoURL: http://git.git.svc.cluster.local:3000/learn-apps.git
    targetRevision: main
    path: apps
  destination:
    server: https://kubernetes.default.svc
    namespace: argocd
  syncPolicy:
    automated: {prune: true, selfHeal: true}
YAML
kubectl -n argocd wait application/learn-apps --for=jsonpath='{.status.sync.status}'=Synced --timeout=60s
kubectl -n argocd wait application/learn-apps-web --for=create --timeout=60s
kubectl -n argocd wait application/learn-apps-web --for=jsonpath='{.status.health.status}'=Healthy --timeout=60s
