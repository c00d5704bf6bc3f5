# What start.sh of the lessons on GitOps share. They talk to Kubernetes by curl: a start of
# kubectl costs more than all the rest, and whoever resets a lesson waits for it.

account=/var/run/secrets/kubernetes.io/serviceaccount
answer=$(mktemp) # other lessons' scripts run beside this one
trap 'rm -f "$answer"' EXIT
argocd=/apis/argoproj.io/v1alpha1/namespaces/argocd/applications

# api METHOD PATH [CURL'S ARGUMENTS]: one request; what is not there is no error.
api() {
  local method=$1 path=$2
  shift 2
  curl -sS -o "$answer" -w '' --cacert $account/ca.crt -H "Authorization: Bearer $(cat $account/token)" \
    -X "$method" "https://kubernetes.default.svc$path" "$@"
}

# remove PATH...: deletes objects and what belongs to them.
remove() {
  local path
  for path; do
    api DELETE "$path?propagationPolicy=Background"
  done
}

# make PATH FILE: makes an object of a collection from YAML.
make() {
  api POST "$1" -H 'Content-Type: application/yaml' --data-binary @"$2"
  jq -e '.metadata.uid' "$answer" >/dev/null || { cat "$answer" >&2; return 1; }
}

# drop APPLICATION...: takes Applications away from Argo CD and leaves what they deployed.
drop() {
  local app
  for app; do
    api PATCH "$argocd/$app" -H 'Content-Type: application/merge-patch+json' --data '{"metadata":{"finalizers":null}}'
    remove "$argocd/$app"
  done
}

# synced APPLICATION...: waits until Argo CD has brought Applications that were just made.
synced() {
  local app end=$((SECONDS + 20))
  for app; do
    until api GET "$argocd/$app" && jq -e '.status.sync.status == "Synced"' "$answer" >/dev/null; do
      if ((SECONDS >= end)); then
        echo "Argo CD has not synced $app: $(jq -c '.status.sync, .status.conditions' "$answer")" >&2
        return 1
      fi
      sleep 0.2
    done
  done
}

# begin REPOSITORY: an empty working copy in the home directory, with no history.
begin() {
  mkdir -p "$HOME/$1"
  cd "$HOME/$1"
  rm -rf ./* ./.[!.]*
  git init -q -b main
  git remote add origin "$GIT_URL/$1.git"
}

# record MESSAGE FILES: copies the files into the working copy and commits them.
record() {
  cp -r "$2/." .
  git add -A
  git commit -qm "$1"
}

# publish: replaces what the git server has by the working copy; tags go as well.
publish() {
  local tags
  git push -qfu origin main
  tags=$(git ls-remote --tags --refs origin | cut -f2)
  [ -z "$tags" ] || git push -q --delete origin $tags
}
