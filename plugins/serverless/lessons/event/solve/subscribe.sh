cd ~/learn-event
# The topic is an annotation of the function.
cat > function.json <<'JSON'
{
  "service": "learn-onpush",
  "image": "labbox.local/fn-python:dev",
  "readOnlyRootFilesystem": true,
  "annotations": {"labbox.dev/handler-configmap": "learn-onpush", "topic": "git.push"}
}
JSON
kubectl -n openfaas-fn create configmap learn-onpush --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
api -X POST "$GATEWAY_URL/system/functions" -d @function.json || api -X PUT "$GATEWAY_URL/system/functions" -d @function.json
kubectl -n openfaas-fn rollout status deploy/learn-onpush --timeout=60s

# Now that somebody listens: a commit.
rm -rf repo
git clone -q "$GIT_URL/learn-event.git" repo
date >> repo/pushes.txt
git -C repo add pushes.txt
git -C repo commit -qm "Another push"
git -C repo push -q

api "$GATEWAY_URL/system/events?limit=3"
