# The start: learn-template without a catalog-info.yaml, and nothing made from it.
rm -rf ~/learn-template ~/learn-template-tools
cp -r files/learner ~/learn-template-tools
for name in learn-diary learn-journal; do
  bash files/learner/drop.sh "$name" 2>/dev/null || true
done

work=$(mktemp -d)
git clone -q "$GIT_URL/learn-template.git" "$work" 2>/dev/null
git -C "$work" checkout -q -B main
git -C "$work" rm -rq --ignore-unmatch .
cp -r files/repo/. "$work"
git -C "$work" add -A
git -C "$work" commit -q --allow-empty -m "The start of the lesson"
git -C "$work" push -q "$GIT_URL/learn-template.git" main
rm -rf "$work"

# What the catalog still has of it goes: a template is an orphan now, what was made went with its repository.
gone() { # gone KIND/NAMESPACE/NAME: awaits that the entity is gone, and removes it when it is an orphan
  for i in $(seq 200); do
    curl -fsS "$BACKSTAGE_URL/api/catalog/entities/by-name/$1" > /tmp/entity.json 2>/dev/null || return 0
    if jq -e '.metadata.annotations["backstage.io/orphan"] == "true"' /tmp/entity.json >/dev/null; then
      curl -fsS -u "$BACKSTAGE_USER:$BACKSTAGE_PASSWORD" -X DELETE "$BACKSTAGE_URL/api/catalog/entities/by-uid/$(jq -r .metadata.uid /tmp/entity.json)"
      return 0
    fi
    sleep 0.25
  done
}
for entity in template/default/learn-notes component/default/learn-diary component/default/learn-journal location/default/learn-template; do
  gone "$entity"
done
