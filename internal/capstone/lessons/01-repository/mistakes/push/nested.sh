# The folder itself is copied, not what is in it.
cp -r shared/platform ~/my-platform/
cd ~/my-platform
git add -A
git commit -qm "Declare the platform"
git push -q origin HEAD:main
