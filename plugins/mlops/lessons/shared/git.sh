# repository NAME DIR: ~/NAME becomes a clone of the lab's repository NAME; a new commit on
# main makes its files those of DIR.
repository() {
  local from
  from=$(realpath "$2")
  rm -rf ~/"$1"
  git clone -q "$GIT_URL/$1.git" ~/"$1" 2>/dev/null
  (
    cd ~/"$1"
    git symbolic-ref HEAD refs/heads/main
    find . -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
    cp -r "$from/." .
    find . -name "*.sh" -exec chmod +x {} +
    git add -A
    git commit -q --allow-empty -m "Start of the lesson"
    git push -q origin main
  )
}

# synced APPLICATION REVISION: waits until Argo CD has brought the application to the commit.
synced() {
  local n
  kubectl -n argocd annotate application "$1" argocd.argoproj.io/refresh=normal --overwrite >/dev/null
  for n in $(seq 200); do
    if [ "$(kubectl -n argocd get application "$1" -o jsonpath='{.status.sync.status} {.status.sync.revision}')" = "Synced $2" ]; then
      return
    fi
    sleep 0.2
  done
  echo "application $1 has not reached commit $2"
  return 1
}
