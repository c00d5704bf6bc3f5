api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
jq '.annotations.schedule = "@every 3s"' ~/learn-zero/restless.json > ~/learn-zero/slower.json
api -X POST "$GATEWAY_URL/system/functions" -d @"$HOME/learn-zero/slower.json" || api -X PUT "$GATEWAY_URL/system/functions" -d @"$HOME/learn-zero/slower.json"
