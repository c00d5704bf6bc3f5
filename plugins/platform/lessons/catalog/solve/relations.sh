rm -rf ~/learn-shop
git clone -q "$GIT_URL/learn-shop.git" ~/learn-shop
cd ~/learn-shop
cat > catalog-info.yaml <<'YAML'
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: learn-shop
  description: Takes orders
spec:
  type: service
  lifecycle: production
  owner: learn-team-shop
  providesApis: [learn-shop-api]
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata:
  name: learn-shop-api
  description: How to place orders
spec:
  type: openapi
  lifecycle: production
  owner: learn-team-shop
  definition:
    $text: ./openapi.yaml
YAML
git add catalog-info.yaml
git commit -q --allow-empty -m "The shop provides its API"
git push -q
