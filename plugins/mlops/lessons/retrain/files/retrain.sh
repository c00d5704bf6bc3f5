#!/usr/bin/env bash
# Trains a challenger:  ./retrain.sh old|new|both
set -euo pipefail
cd "$(dirname "$0")"
job=$(sed "s/@DATA@/$1/" job.yaml | kubectl -n ml-retrain create -f - -o name)
kubectl -n ml-retrain wait --for=condition=complete --timeout=90s "$job" >/dev/null || echo "$job has not completed; its log:"
kubectl -n ml-retrain logs "$job"
