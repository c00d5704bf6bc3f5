# drop.sh NAME: removes the application of that name with all that it deployed, and the repository.
kubectl -n argocd delete application "$1" --ignore-not-found --timeout=60s
login=$(printf 'url=%s\n\n' "$GIT_URL" | GIT_TERMINAL_PROMPT=0 git credential fill)
user=$(echo "$login" | sed -n 's/^username=//p')
password=$(echo "$login" | sed -n 's/^password=//p')
curl -fsS -u "$user:$password" -X DELETE "$GIT_URL/api/v1/repos/$1"
