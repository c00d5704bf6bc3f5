# The files of the platform, as they are, to the root of the repository.
cp -r shared/platform/. ~/my-platform/
cd ~/my-platform
git add -A
git commit -qm "Declare the platform: applications, pipeline, model server, function" || echo "committed already"
git push -q origin HEAD:main
