cd ~/learn-flux
git pull -q
mkdir -p flux
cat > flux/web.yaml <<'YAML'
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 1m
  url: http://git.git.svc.cluster.local:3000/learn-flux.git
  ref: {branch: main}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 10m
  sourceRef: {kind: GitRepository, name: web}
  path: ./web
  prune: true
  targetNamespace: learn-flux
YAML
git add flux
git commit -qm "Say the same to Flux" || echo "It is committed already."
git push -q
