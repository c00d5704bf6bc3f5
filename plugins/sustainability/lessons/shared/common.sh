# What start.sh of the lessons on sustainability share. They talk to Kubernetes by curl: a
# start of kubectl costs more than all the rest, and whoever resets a lesson waits for it.

account=/var/run/secrets/kubernetes.io/serviceaccount
answer=$(mktemp) # other lessons' scripts run beside this one
trap 'rm -f "$answer"' EXIT

# api METHOD PATH [CURL'S ARGUMENTS]: one request; what is not there is no error.
api() {
  local method=$1 path=$2
  shift 2
  curl -sS -o "$answer" --cacert $account/ca.crt -H "Authorization: Bearer $(cat $account/token)" \
    -X "$method" "https://kubernetes.default.svc$path" "$@"
}

# remove PATH...: deletes objects and what belongs to them.
remove() {
  local path
  for path; do
    api DELETE "$path?propagationPolicy=Background"
  done
}

# make PATH [FILE]: makes an object of a collection from YAML, else from standard input.
make() {
  api POST "$1" -H 'Content-Type: application/yaml' --data-binary @"${2:--}"
  jq -e '.metadata.uid' "$answer" >/dev/null || { cat "$answer" >&2; return 1; }
}

# available NAMESPACE DEPLOYMENT...: waits until each has a pod that is ready.
available() {
  local namespace=$1 name end=$((SECONDS + 20))
  shift
  for name; do
    until api GET "/apis/apps/v1/namespaces/$namespace/deployments/$name" && jq -e '.status.readyReplicas >= 1' "$answer" >/dev/null; do
      if ((SECONDS >= end)); then
        echo "no pod of $name is ready: $(jq -c .status.conditions "$answer")" >&2
        return 1
      fi
      sleep 0.2
    done
  done
}

# function_anew NAME FILE: deletes a function, and with it what was counted, and deploys it.
function_anew() {
  local end=$((SECONDS + 10)) url="$GATEWAY_URL/system/functions" login="$GATEWAY_USER:$GATEWAY_PASSWORD"
  curl -sS -o /dev/null -u "$login" -X DELETE "$url" -d "{\"functionName\": \"$1\"}"
  until curl -fsS -u "$login" -X POST "$url" -H 'Content-Type: application/json' -d @"$2"; do
    ((SECONDS < end)) || return 1
    sleep 0.3
  done
}
