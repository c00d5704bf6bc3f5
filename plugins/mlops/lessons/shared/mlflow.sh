# Speaks MLflow's REST API 2.0. The scripts source it; it is handy in the terminal, too:
#
#   source shared/mlflow.sh
#   mlflow GET 'registered-models/search?max_results=10' | jq

shopt -s inherit_errexit # what fails inside $(...) ends the script, too

# mlflow METHOD PATH [JSON]: what the server answers; fails where it refuses.
mlflow() {
  curl -sS --fail-with-body --max-time 20 -X "$1" -H 'Content-Type: application/json' ${3:+--data "$3"} \
    "$MLFLOW_TRACKING_URI/api/2.0/mlflow/$2"
}

# experiment NAME: its id; it is made where it is missing.
experiment() {
  mlflow GET "experiments/get-by-name?experiment_name=$1" 2>/dev/null | jq -er '.experiment.experiment_id // empty' ||
    mlflow POST experiments/create "{\"name\": \"$1\"}" | jq -r .experiment_id
}

# runs NAME [FILTER]: the experiment's runs, newest first, one JSON object a line.
runs() {
  mlflow POST runs/search "$(jq -n --arg id "$(experiment "$1")" --arg filter "${2:-}" \
    '{experiment_ids: [$id], filter: $filter, max_results: 50}')" | jq -c '.runs // [] | .[]'
}

# run NAME JSON: makes a finished run of {"name", "params": {}, "metrics": {}, "tags": {}}; prints its id.
run() {
  local id now=${EPOCHREALTIME/[.,]/}
  now=${now:0:13} # milliseconds
  id=$(mlflow POST runs/create "$(jq -n --arg id "$(experiment "$1")" --argjson run "$2" --argjson now "$now" \
    '{experiment_id: $id, run_name: $run.name, start_time: $now}')" | jq -r .run.info.run_id)
  mlflow POST runs/log-batch "$(jq -n --arg id "$id" --argjson run "$2" --argjson now "$now" '{run_id: $id,
    params:  [$run.params  // {} | to_entries[] | {key, value: (.value | tostring)}],
    tags:    [$run.tags    // {} | to_entries[] | {key, value: (.value | tostring)}],
    metrics: [$run.metrics // {} | to_entries[] | {key, value, timestamp: $now, step: 0}]}')" >/dev/null
  mlflow POST runs/update "{\"run_id\": \"$id\", \"status\": \"FINISHED\", \"end_time\": $now}" >/dev/null
  echo "$id"
}

# forget NAME: no experiment and no registered model of this name any more.
forget() {
  local id
  id=$(mlflow GET "experiments/get-by-name?experiment_name=$1" 2>/dev/null |
    jq -r 'select(.experiment.lifecycle_stage == "active") | .experiment.experiment_id') || true
  if [ -n "$id" ]; then
    # A deleted experiment keeps its name, so it gets another one first.
    mlflow POST experiments/update "{\"experiment_id\": \"$id\", \"new_name\": \"$1-${EPOCHREALTIME/[.,]/}\"}" >/dev/null
    mlflow POST experiments/delete "{\"experiment_id\": \"$id\"}" >/dev/null
  fi
  mlflow DELETE registered-models/delete "{\"name\": \"$1\"}" >/dev/null 2>&1 || true
}
