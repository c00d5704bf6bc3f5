# candidate EXPERIMENT MODEL: a finished run with one of the models under shared/models, as a
# training would have left it; prints the run's id. Needs mlflow.sh.
candidate() {
  local files=shared/models/$2 run answer model uri file
  run=$(run "$1" "$(cat "$files/run.json")")
  answer=$(mlflow POST logged-models "$(jq -n --arg id "$(experiment "$1")" --arg run "$run" \
    '{experiment_id: $id, source_run_id: $run, name: "model"}')")
  model=$(jq -r .model.info.model_id <<<"$answer")
  uri=$(jq -r '.model.info.artifact_uri | ltrimstr("mlflow-artifacts:/")' <<<"$answer")
  for file in MLmodel model.skops requirements.txt; do
    if [ "$file" = MLmodel ]; then
      sed -e "s/@RUN@/$run/" -e "s/@MODEL@/$model/" "$files/$file"
    else
      cat "$files/$file"
    fi | curl -sS --fail-with-body -X PUT --data-binary @- -H 'Content-Type: application/octet-stream' \
      "$MLFLOW_TRACKING_URI/api/2.0/mlflow-artifacts/artifacts/$uri/$file" >/dev/null
  done
  mlflow PATCH "logged-models/$model" "{\"model_id\": \"$model\", \"status\": \"LOGGED_MODEL_READY\"}" >/dev/null
  mlflow POST runs/outputs "{\"run_id\": \"$run\", \"models\": [{\"model_id\": \"$model\", \"step\": 0}]}" >/dev/null
  echo "$run"
}

# version NAME RUN: registers the run's model as the next version of the registered model NAME.
version() {
  local model
  mlflow POST registered-models/create "{\"name\": \"$1\"}" >/dev/null 2>&1 || true
  model=$(mlflow GET "runs/get?run_id=$2" | jq -r .run.outputs.model_outputs[0].model_id)
  mlflow POST model-versions/create "$(jq -n --arg name "$1" --arg run "$2" --arg model "$model" \
    '{name: $name, run_id: $run, model_id: $model, source: "models:/\($model)"}')" | jq -r .model_version.version
}
