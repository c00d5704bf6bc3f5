# All is there; what is missing is the proof that it belongs together.
source shared/mlflow.sh
source shared/candidate.sh
source shared/steps.sh
start_of 10

if [ -e "$repo/evidence.json" ]; then
  git -C "$repo" rm -q evidence.json
  commit "Take the evidence away"
  push
fi
