# Brings about the start of a step of the guided capstone, whatever is there:
#
#   start_of 5     what steps 1 to 4 make is there, what steps 5 to 10 make is not
#
# What earlier steps have left is kept as it is and only what is missing is made, so that
# you go on with your own work. Needs mlflow.sh and candidate.sh.

repo=~/my-platform
tip() { git -C "$repo" rev-parse HEAD; }

start_of() {
  local n undo
  step=$1
  clone
  # What steps 8 to 10 make does not stand in anybody's way, and runs that are removed
  # need not be changed before; with the applications goes what they have brought.
  case $1 in
    1) undo="7 4 2 1" ;;
    2) undo="7 6 4 2" ;;
    *) undo="7 6 4 3" ;;
  esac
  for n in $undo; do
    [ "$n" -lt "$1" ] || "undo_$n"
  done
  for n in 1 2 3 4 5 6 7; do
    [ "$n" -ge "$1" ] || "ensure_$n"
  done
  push
}

# clone: $repo is a clone of the lab's repository and as new as that.
clone() {
  git -C "$repo" pull -q --rebase --autostash 2>/dev/null && [ "$(git -C "$repo" status --porcelain)" = "" ] && return
  rm -rf "$repo"
  git clone -q "$GIT_URL/my-platform.git" "$repo" 2>/dev/null
  git -C "$repo" symbolic-ref HEAD refs/heads/main
}

# commit MESSAGE: commits what has changed, if anything has.
commit() {
  git -C "$repo" add -A
  git -C "$repo" diff --cached --quiet 2>/dev/null || git -C "$repo" commit -q -m "$1"
}
push() { # nothing where nothing was ever committed
  ! git -C "$repo" rev-parse -q --verify HEAD >/dev/null || git -C "$repo" push -q origin HEAD:main
}

# await SECONDS COMMAND...: until the command succeeds.
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "in vain: $*"; return 1; }
    sleep 0.2
  done
}

# refresh APPLICATION: Argo CD compares it with git now.
refresh() { kubectl -n argocd annotate application "$1" argocd.argoproj.io/refresh=normal --overwrite >/dev/null; }
is() { [ "$("${@:2}")" = "$1" ]; } # is VALUE COMMAND...
app() { kubectl -n argocd get application "$1" -o jsonpath="$2"; }
deployment() { kubectl -n my-digits get deployment model-server -o jsonpath="$1"; }
alias_version() { mlflow GET 'registered-models/alias?name=my-digits&alias=champion' 2>/dev/null |
  jq -r '.model_version.version // empty' || true; }

# 1: the repository and the app of apps.
undo_1() {
  if kubectl -n argocd get application my-platform >/dev/null 2>&1; then
    kubectl -n argocd delete application my-platform --wait=false
    await 20 gone my-platform my-pipeline my-classify my-model-server
  fi
  local branch
  for branch in $(git -C "$repo" ls-remote --heads origin | sed 's|.*refs/heads/||'); do
    [ "$branch" = main ] || git -C "$repo" push -q origin --delete "$branch"
  done
  find "$repo" -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
  echo "# my-platform" > "$repo/README.md"
  commit "Start over"
  push
}
gone() { [ "$(kubectl -n argocd get applications -o name | grep -cE "/($(IFS='|'; echo "$*"))$" || true)" = 0 ]; }
ensure_1() {
  if [ ! -e "$repo/apps/pipeline.yaml" ]; then
    cp -r shared/platform/. "$repo"
    commit "Declare the platform"
  fi
  push
  case $(app my-platform '{.metadata.name} {.metadata.deletionTimestamp}' 2>/dev/null) in
    "my-platform ") return ;;
    my-platform*) await 30 gone my-platform my-pipeline my-classify my-model-server ;; # a start was broken off
  esac
  kubectl apply -f shared/root.yaml >/dev/null
  await 20 kubectl -n my-mlops get configmap my-pipeline-code my-parameters
  await 20 kubectl -n openfaas-fn get configmap my-classify-handler
}

# 2: a training run.
undo_2() {
  kubectl -n my-mlops delete jobs --all --wait=false
  forget my-digits
  await 10 is "" kubectl -n my-mlops get jobs -o name
}
ensure_2() { [ -n "$(runs my-digits "attributes.status = 'FINISHED'")" ] || candidate my-digits trained >/dev/null; }
newest() { runs my-digits "attributes.status = 'FINISHED'" | sed -n 1p | jq -r .info.run_id; }

# 3: its evaluation and its origin.
undo_3() {
  local id key
  kubectl -n my-mlops delete jobs -l step=evaluate --wait=false
  for id in $(runs my-digits | jq -r .info.run_id); do
    mlflow POST runs/set-tag "{\"run_id\": \"$id\", \"key\": \"evaluation\", \"value\": \"pending\"}" >/dev/null
    mlflow POST runs/delete-tag "{\"run_id\": \"$id\", \"key\": \"mlflow.source.git.commit\"}" >/dev/null 2>&1 || true
  done
}
ensure_3() {
  [ -z "$(runs my-digits "tags.evaluation = 'passed' and tags.\`mlflow.source.git.commit\` LIKE '%'")" ] || return 0
  local id now=${EPOCHREALTIME/[.,]/}
  id=$(newest)
  mlflow POST runs/log-metric "{\"run_id\": \"$id\", \"key\": \"accuracy\", \"value\": 0.97, \"timestamp\": ${now:0:13}}" >/dev/null
  mlflow POST runs/set-tag "{\"run_id\": \"$id\", \"key\": \"evaluation\", \"value\": \"passed\"}" >/dev/null
  mlflow POST runs/set-tag "{\"run_id\": \"$id\", \"key\": \"mlflow.source.git.commit\", \"value\": \"$(tip)\"}" >/dev/null
}
passed() { runs my-digits "tags.evaluation = 'passed'" | sed -n 1p | jq -r .info.run_id; }

# 4: the champion in the registry.
undo_4() { mlflow DELETE registered-models/delete '{"name": "my-digits"}' >/dev/null 2>&1 || true; }
ensure_4() {
  [ -z "$(alias_version)" ] || return 0
  local version
  version=$(version my-digits "$(passed)")
  mlflow POST registered-models/alias "{\"name\": \"my-digits\", \"alias\": \"champion\", \"version\": \"$version\"}" >/dev/null
}

# 5: the promotion; undo_6 takes it back.
ensure_5() {
  local version
  version=$(alias_version)
  sed -i "s/^modelVersion: .*/modelVersion: \"$version\"/" "$repo/model-server/values.yaml"
  commit "Promote my-digits version $version

MLflow run $(passed)"
  push
}

# 6: the rollout.
undo_6() { # takes the promotion back as well, unless it comes before the step
  if [ -e "$repo/apps/model-server.yaml" ]; then
    cp shared/platform/apps/model-server.yaml "$repo/apps/model-server.yaml"
    [ "$step" -gt 5 ] || sed -i 's/^modelVersion: .*/modelVersion: ""/' "$repo/model-server/values.yaml"
    commit "Take the model server out of Argo CD's hands"
    push
  fi
  if [ -n "$(app my-model-server '{.spec.syncPolicy}' 2>/dev/null)" ]; then
    refresh my-platform
    await 20 is "" app my-model-server '{.spec.syncPolicy}'
  fi
  kubectl -n my-digits delete deployments,services --all --wait=false
}
ensure_6() {
  local file=$repo/apps/model-server.yaml
  grep -q selfHeal "$file" || printf '  syncPolicy:\n    automated: {prune: true, selfHeal: true}\n' >> "$file"
  commit "Hand the model server over to Argo CD"
  push
  await 30 serving
}
serving() { [ "$(deployment '{..env[?(@.name=="MODEL_VERSION")].value} {.status.availableReplicas}')" = "$(alias_version) 1" ]; }

# 7: the function.
functions() { curl -sS --fail-with-body --max-time 20 -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -H 'Content-Type: application/json' "$@"; }
undo_7() {
  functions -X DELETE "$GATEWAY_URL/system/functions" -d '{"functionName": "my-classify", "namespace": "openfaas-fn"}' >/dev/null 2>&1 || return 0
  await 10 is "" kubectl -n openfaas-fn get deployments,replicasets -l faas_function=my-classify -o name
  fresh_pods
}
# fresh_pods: those that run now are gone at once, and what they have counted with them.
fresh_pods() {
  kubectl -n openfaas-fn delete pods -l faas_function=my-classify --force --grace-period=0 --ignore-not-found >/dev/null 2>&1
}
ensure_7() {
  functions -X PUT "$GATEWAY_URL/system/functions" -d @shared/function.json >/dev/null 2>&1 ||
    functions -X POST "$GATEWAY_URL/system/functions" -d @shared/function.json >/dev/null
  functions -X POST "$GATEWAY_URL/system/scale-function/my-classify?namespace=openfaas-fn" \
    -d '{"serviceName": "my-classify", "namespace": "openfaas-fn", "replicas": 1}' >/dev/null
  await 20 is 1 kubectl -n openfaas-fn get deployment my-classify -o jsonpath='{.status.availableReplicas}'
}
