# The commit changes the ConfigMap; then the same Job trains with the new value.
cd ~/my-platform
git pull -q --rebase
sed -i 's/^  C: .*/  C: "0.1"/' pipeline/parameters.yaml
git commit -qam "Let the model follow the data more closely" || echo "declared already"
git push -q origin HEAD:main
cd - >/dev/null
for n in $(seq 200); do
  [ "$(kubectl -n my-mlops get configmap my-parameters -o jsonpath='{.data.C}')" != 0.1 ] || break
  sleep 0.2
done
bash solve/train.sh
