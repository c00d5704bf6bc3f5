# Version 1, trained before the new scanner came, is champion; nothing has been retrained.
source shared/mlflow.sh
source shared/candidate.sh
forget ml-retrain
version ml-retrain "$(candidate ml-retrain best)" >/dev/null
mlflow POST registered-models/alias '{"name": "ml-retrain", "alias": "champion", "version": "1"}' >/dev/null

kubectl -n ml-retrain delete jobs --all --wait=false
kubectl -n ml-retrain create configmap code --from-file=files/train.py --dry-run=client -o yaml | kubectl apply -f -
rm -rf ~/ml-retrain
cp -r files ~/ml-retrain
chmod +x ~/ml-retrain/*.sh
