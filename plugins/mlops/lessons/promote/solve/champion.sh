# Which version it should be, the registry says; that it runs, git says, with the run as the reason.
source shared/mlflow.sh
champion=$(mlflow GET 'registered-models/alias?name=ml-promote&alias=champion')
version=$(jq -r .model_version.version <<<"$champion")
run=$(jq -r .model_version.run_id <<<"$champion")

cd ~/ml-promote
git pull -q --rebase
sed -i "s/^modelVersion: .*/modelVersion: \"$version\"/" values.yaml
git commit -q --allow-empty -am "Promote ml-promote version $version

It is the champion in the registry. MLflow run $run"
git push -q origin HEAD:main

for n in $(seq 150); do
  [ "$(kubectl -n ml-promote get deployment model-server -o jsonpath='{..env[?(@.name=="MODEL_VERSION")].value}')" != "$version" ] || break
  sleep 0.2
done
kubectl -n ml-promote rollout status deployment/model-server --timeout=60s
