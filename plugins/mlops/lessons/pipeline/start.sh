# The code is on the cluster, nothing has run, nothing is registered.
source shared/mlflow.sh
forget ml-pipeline
kubectl -n ml-pipeline delete jobs --all --wait=false
kubectl -n ml-pipeline create configmap code --from-file=files/steps.py --dry-run=client -o yaml | kubectl apply -f -
rm -rf ~/ml-pipeline
cp -r files ~/ml-pipeline
for n in $(seq 200); do
  [ -n "$(kubectl -n ml-pipeline get jobs -o name)" ] || break
  sleep 0.2
done
