# Applies the child instead of a root that brings it.
kubectl apply -f ~/learn-apps/apps/web.yaml
