rm -rf ~/learn-shop
git clone -q "$GIT_URL/learn-shop.git" ~/learn-shop
cd ~/learn-shop
sed -i 's/learn-team-shop/learn-team-pay/' catalog-info.yaml
git commit -qam "Somebody else's now"
git push -q
