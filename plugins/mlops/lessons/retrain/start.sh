# Version 1, trained before the new scanner came, is champion; nothing has been retrained.
source shared/mlflow.sh
source shared/candidate.sh
forget learn-retrain
version learn-retrain "$(candidate learn-retrain best)" >/dev/null
mlflow POST registered-models/alias '{"name": "learn-retrain", "alias": "champion", "version": "1"}' >/dev/null

kubectl -n learn-retrain delete jobs --all --wait=false
kubectl -n learn-retrain create configmap code --from-file=files/train.py --dry-run=client -o yaml | kubectl apply -f -
rm -rf ~/learn-retrain
cp -r files ~/learn-retrain
chmod +x ~/learn-retrain/*.sh
