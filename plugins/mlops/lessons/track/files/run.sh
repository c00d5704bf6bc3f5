#!/usr/bin/env bash
# Trains on the cluster with the code of the last commit:  ./run.sh [C...]
set -euo pipefail
cd "$(dirname "$0")"

commit=$(git rev-parse HEAD)
code=code-${commit:0:12}
git show HEAD:train.py |
  kubectl -n ml-track create configmap "$code" --from-file=train.py=/dev/stdin --dry-run=client -o yaml |
  kubectl apply -f - >/dev/null

job=$(sed -e "s/@CODE@/$code/" -e "s/@COMMIT@/$commit/" -e "s/@C@/${*:-0.0001}/" job.yaml | kubectl -n ml-track create -f - -o name)
echo "started $job with commit ${commit:0:12}"
kubectl -n ml-track wait --for=condition=complete --timeout=90s "$job" >/dev/null || echo "$job has not completed; its log:"
kubectl -n ml-track logs "$job"
