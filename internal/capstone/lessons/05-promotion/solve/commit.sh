# The registry says which; the commit declares it, and says why.
source shared/mlflow.sh
champion=$(mlflow GET 'registered-models/alias?name=my-digits&alias=champion')
version=$(jq -r .model_version.version <<<"$champion")
run=$(jq -r .model_version.run_id <<<"$champion")

cd ~/my-platform
git pull -q --rebase
sed -i "s/^modelVersion: .*/modelVersion: \"$version\"/" model-server/values.yaml
git commit -q --allow-empty -am "Promote my-digits version $version

MLflow run $run"
git push -q origin HEAD:main
