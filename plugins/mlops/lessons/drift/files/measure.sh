#!/usr/bin/env bash
# Measures windows with monitor.py as it is now:  ./measure.sh monday [friday]
set -euo pipefail
cd "$(dirname "$0")"
kubectl -n ml-drift create configmap code --from-file=monitor.py --from-file=inputs.py --dry-run=client -o yaml |
  kubectl apply -f - >/dev/null
job=$(sed "s/@WINDOW@/$*/" job.yaml | kubectl -n ml-drift create -f - -o name)
kubectl -n ml-drift wait --for=condition=complete --timeout=90s "$job" >/dev/null || echo "$job has not completed; its log:"
kubectl -n ml-drift logs "$job"
