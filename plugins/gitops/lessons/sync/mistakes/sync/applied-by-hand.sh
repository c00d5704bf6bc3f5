kubectl -n argocd delete application learn-sync --ignore-not-found
bash solve/connect.sh
kubectl -n learn-sync apply -f ~/learn-sync/web
