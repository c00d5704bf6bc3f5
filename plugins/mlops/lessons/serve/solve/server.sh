# The registry tells the number behind the alias; the manifest gets the number.
source shared/mlflow.sh
version=$(mlflow GET 'registered-models/alias?name=ml-serve&alias=champion' | jq -r .model_version.version)
sed "s/value: \"?\"/value: \"$version\"/" files/champion.yaml | kubectl -n ml-serve apply -f -
kubectl -n ml-serve rollout status deployment/champion --timeout=60s
