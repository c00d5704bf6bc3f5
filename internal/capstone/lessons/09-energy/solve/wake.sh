# One call: the gateway starts a pod, waits for it and passes the call on.
time curl -sS --max-time 60 -d "$(sed -n 1p shared/digits.jsonl)" "$GATEWAY_URL/function/my-classify"
