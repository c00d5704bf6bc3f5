jq '.annotations.topic = "cron" | .annotations.schedule = "@every 10s"' ~/learn-cold/function.json |
  curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @-
