# drop.sh REPOSITORY: deletes a repository of the lab's git server, and what the catalog knows of it.
login=$(printf 'url=%s\n\n' "$GIT_URL" | GIT_TERMINAL_PROMPT=0 git credential fill)
user=$(echo "$login" | sed -n 's/^username=//p')
password=$(echo "$login" | sed -n 's/^password=//p')
curl -fsS -u "$user:$password" -X DELETE "$GIT_URL/api/v1/repos/$1"
