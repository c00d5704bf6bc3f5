rm -rf ~/learn-shop
git clone -q "$GIT_URL/learn-shop.git" ~/learn-shop
cd ~/learn-shop

cat > catalog-info.yaml <<'YAML'
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: learn-shop}
spec: {type: service, lifecycle: production, owner: learn-team-shop, providesApis: [learn-shop-api]}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: learn-shop-api}
spec: {type: openapi, lifecycle: production, owner: learn-team-shop, definition: ./openapi.yaml}
YAML
git add -A
git commit -q --allow-empty -m "The name of the file"
git push -q
