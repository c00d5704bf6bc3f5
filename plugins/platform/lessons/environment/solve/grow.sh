platform() { curl -sS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -H 'Content-Type: application/json' "$@"; }
environments="$BACKSTAGE_URL/api/environments"

platform -X DELETE "$environments/learn-try-2" # should there be a second one
platform -X PATCH "$environments/learn-try" -d '{"size": "large"}' | jq .error.message
platform -f -X PATCH "$environments/learn-try" -d '{"size": "medium"}' | jq .
