# The start: no learn-onpush, no learn-tick; learn-order runs; a fresh folder ~/learn-event;
# the repository learn-event has a first commit.
api() { curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$@"; }
functions="$GATEWAY_URL/system/functions"

for name in learn-onpush learn-tick; do
  api -X DELETE "$functions" -d "{\"functionName\": \"$name\"}" 2>/dev/null || true
done
kubectl -n openfaas-fn delete configmap learn-onpush --ignore-not-found
rm -rf ~/learn-event
cp -r files/learner ~/learn-event

kubectl -n openfaas-fn create configmap learn-order --from-file=files/order/handler.py --dry-run=client -o yaml | kubectl apply -f -
api -X POST "$functions" -d @files/order/function.json 2>/dev/null || api -X PUT "$functions" -d @files/order/function.json

if [ -z "$(git ls-remote "$GIT_URL/learn-event.git" HEAD)" ]; then
  work=$(mktemp -d)
  git -C "$work" init -q -b main
  echo "A repository to push to." > "$work/README.md"
  git -C "$work" add README.md
  git -C "$work" commit -qm "First commit"
  git -C "$work" push -q "$GIT_URL/learn-event.git" main
  rm -rf "$work"
fi
