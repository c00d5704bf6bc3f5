# The first call finds nobody and waits for a pod; the second does not.
time curl -fsS "$GATEWAY_URL/function/learn-idle" -d "to be or not to be"
time curl -fsS "$GATEWAY_URL/function/learn-idle" -d "to be or not to be"
