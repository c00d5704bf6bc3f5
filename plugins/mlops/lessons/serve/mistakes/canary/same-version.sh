# Two Deployments, one version.
kubectl -n ml-serve delete deployment challenger --ignore-not-found
sed -e 's/value: "?"/value: "1"/' -e '/^kind: Deployment/,$ s/champion/challenger/' files/champion.yaml |
  kubectl -n ml-serve apply -f -
