rm -rf ~/learn-shop
git clone -q "$GIT_URL/learn-shop.git" ~/learn-shop
cd ~/learn-shop
git rm -q --ignore-unmatch catalog-info.yml
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
YAML
git add catalog-info.yaml
git commit -q --allow-empty -m "The catalog knows the shop"
git push -q
