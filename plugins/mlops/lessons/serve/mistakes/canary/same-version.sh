# Two Deployments, one version.
kubectl -n learn-serve delete deployment challenger --ignore-not-found
sed -e 's/value: "?"/value: "1"/' -e '/^kind: Deployment/,$ s/champion/challenger/' files/champion.yaml |
  kubectl -n learn-serve apply -f -
