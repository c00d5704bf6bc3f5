# The right version, and a message that will tell nobody anything.
source shared/mlflow.sh
version=$(mlflow GET 'registered-models/alias?name=my-digits&alias=champion' | jq -r .model_version.version)
cd ~/my-platform
git pull -q --rebase
sed -i "s/^modelVersion: .*/modelVersion: \"$version\"/" model-server/values.yaml
git commit -qam "new model"
git push -q origin HEAD:main
