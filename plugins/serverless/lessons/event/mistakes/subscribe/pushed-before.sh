# First the push, and only when its event is over, the subscription.
cd ~/learn-event
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
api -X DELETE "$GATEWAY_URL/system/functions" -d '{"functionName": "learn-onpush"}' || true
pushes() { api "$GATEWAY_URL/system/events?limit=500" | jq '[.[] | select(.topic == "git.push" and (.source | contains("learn-event")))] | length'; }
before=$(pushes)
rm -rf repo
git clone -q "$GIT_URL/learn-event.git" repo
date >> repo/pushes.txt
git -C repo add pushes.txt
git -C repo commit -qm "Too early"
git -C repo push -q
for i in $(seq 200); do
  if [ "$(pushes)" -gt "$before" ]; then break; fi
  sleep 0.25
done
kubectl -n openfaas-fn create configmap learn-onpush --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
jq '.annotations.topic = "git.push"' function.json | api -X POST "$GATEWAY_URL/system/functions" -d @-
