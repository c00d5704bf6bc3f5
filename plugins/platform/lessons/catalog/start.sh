# The start: learn-shop without a catalog-info.yaml, learn-org with teams and two services.
seed() { # seed REPOSITORY FOLDER: main holds just what is in the folder
  work=$(mktemp -d)
  git clone -q "$GIT_URL/$1.git" "$work" 2>/dev/null
  git -C "$work" checkout -q -B main
  git -C "$work" rm -rq --ignore-unmatch .
  cp -r "$2/." "$work"
  git -C "$work" add -A
  git -C "$work" commit -q --allow-empty -m "The start of the lesson"
  git -C "$work" push -q "$GIT_URL/$1.git" main
  rm -rf "$work"
}
seed learn-org files/org
seed learn-shop files/shop
rm -rf ~/learn-shop

# What the catalog still has of learn-shop is an orphan now: it goes.
login="$BACKSTAGE_USER:$BACKSTAGE_PASSWORD"
for entity in component/default/learn-shop api/default/learn-shop-api; do
  for i in $(seq 200); do
    curl -fsS "$BACKSTAGE_URL/api/catalog/entities/by-name/$entity" > /tmp/entity.json 2>/dev/null || break
    if jq -e '.metadata.annotations["backstage.io/orphan"] == "true"' /tmp/entity.json >/dev/null; then
      curl -fsS -u "$login" -X DELETE "$BACKSTAGE_URL/api/catalog/entities/by-uid/$(jq -r .metadata.uid /tmp/entity.json)"
      break
    fi
    sleep 0.25
  done
done
