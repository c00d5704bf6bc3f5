# The alias in place of a number.
cd ~/my-platform
git pull -q --rebase
sed -i 's/^modelVersion: .*/modelVersion: champion/' model-server/values.yaml
git commit -qam "Promote the champion"
git push -q origin HEAD:main
