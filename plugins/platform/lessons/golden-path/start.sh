# The start: nothing has been made from a template yet.
rm -rf ~/learn-golden-path ~/learn-hello
cp -r files/learner ~/learn-golden-path
for name in learn-hello learn-shout; do
  bash files/learner/drop.sh "$name" 2>/dev/null &
done
wait
for name in learn-hello learn-shout; do
  for i in $(seq 20); do
    curl -fsS "$BACKSTAGE_URL/api/catalog/entities/by-name/component/default/$name" >/dev/null 2>&1 || break
    sleep 0.25
  done
done
