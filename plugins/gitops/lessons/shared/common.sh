# What start.sh of the lessons on GitOps share.

# await SECONDS COMMAND...: repeats the command until it succeeds.
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then
      echo "waited in vain for: $*" >&2
      return 1
    fi
    sleep 0.2
  done
}

# drop APPLICATION...: takes Applications away from Argo CD and leaves what they deployed.
drop() {
  local app
  for app in $(kubectl -n argocd get applications "$@" --ignore-not-found -o name); do
    kubectl -n argocd patch "$app" --type=merge -p '{"metadata":{"finalizers":null}}' >/dev/null
    kubectl -n argocd delete "$app" --ignore-not-found >/dev/null
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

# synced APPLICATION REVISION: has Argo CD brought this revision?
synced() {
  [ "$(kubectl -n argocd get application "$1" -o jsonpath='{.status.sync.status} {.status.sync.revision}')" = "Synced $2" ]
}
