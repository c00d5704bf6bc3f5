# Somebody declares another version.
cd ~/my-platform
git pull -q --rebase
sed -i 's/^modelVersion: .*/modelVersion: "99"/' model-server/values.yaml
git commit -qam "Try something"
git push -q origin HEAD:main
