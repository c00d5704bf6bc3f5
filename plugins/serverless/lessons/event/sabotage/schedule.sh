# Takes the subscription away.
cd ~/learn-event
jq 'del(.annotations.topic)' tick.json | curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @-
