# The code is on the cluster, nothing has run, nothing is registered.
source shared/mlflow.sh
forget learn-pipeline
kubectl -n learn-pipeline delete jobs --all --wait=false
kubectl -n learn-pipeline create configmap code --from-file=files/steps.py --dry-run=client -o yaml | kubectl apply -f -
rm -rf ~/learn-pipeline
cp -r files ~/learn-pipeline
for n in $(seq 40); do
  [ -n "$(kubectl -n learn-pipeline get jobs -o name)" ] || break
  sleep 0.2
done
