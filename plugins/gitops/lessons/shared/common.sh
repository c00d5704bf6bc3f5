# What start.sh of the lessons on GitOps share.

# drop APPLICATION...: takes Applications away from Argo CD and leaves what they deployed.
drop() {
  kubectl -n argocd patch application "$@" --type=merge -p '{"metadata":{"finalizers":null}}' >/dev/null 2>&1 || true
  kubectl -n argocd delete application "$@" --ignore-not-found
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

# synced APPLICATION...: waits until Argo CD has brought Applications that were just made.
synced() {
  kubectl -n argocd wait application "$@" --for=jsonpath='{.status.sync.status}'=Synced --timeout=20s
}
