# Takes the rule away.
jq 'del(.labels)' ~/learn-zero/nap.json | curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @-
