# No measurement yet, and a monitor that lacks its formula.
source shared/mlflow.sh
forget ml-drift
kubectl -n ml-drift delete cronjobs,jobs --all --wait=false
rm -rf ~/ml-drift
cp -r files ~/ml-drift
chmod +x ~/ml-drift/*.sh
for n in $(seq 200); do
  [ -n "$(kubectl -n ml-drift get cronjobs,jobs -o name)" ] || break
  sleep 0.2
done
