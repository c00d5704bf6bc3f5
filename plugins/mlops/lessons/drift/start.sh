# No measurement yet, and a monitor that lacks its formula.
source shared/mlflow.sh
forget learn-drift
kubectl -n learn-drift delete cronjobs,jobs --all --wait=false
rm -rf ~/learn-drift
cp -r files ~/learn-drift
chmod +x ~/learn-drift/*.sh
for n in $(seq 40); do
  [ -n "$(kubectl -n learn-drift get cronjobs,jobs -o name)" ] || break
  sleep 0.2
done
