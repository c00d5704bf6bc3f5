# The pods of the challenger carry a label of their own: the Service does not find them.
kubectl -n ml-serve delete deployment challenger --ignore-not-found
sed -e 's/value: "?"/value: "2"/' -e '/^kind: Deployment/,$ s/champion/challenger/; /^kind: Deployment/,$ s/app: model/app: challenger/' files/champion.yaml |
  kubectl -n ml-serve apply -f -
