# The number becomes a judgement: above 0.2 the run is tagged.
cd ~/ml-drift
grep -q '"drift"' monitor.py ||
  sed -i 's/^        mlflow.log_metric("psi_max", worst)/&\n        mlflow.set_tag("drift", "yes" if worst > 0.2 else "no")/' monitor.py
./measure.sh monday friday
