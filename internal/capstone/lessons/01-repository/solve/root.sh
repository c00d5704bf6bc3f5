# All three declarations are in git; one application by hand then brings the others.
cp shared/platform/apps/* ~/my-platform/apps/
cd ~/my-platform
git add -A
git commit -qm "Declare all applications" || echo "declared already"
git push -q origin HEAD:main
cd - >/dev/null
kubectl apply -f shared/root.yaml

source shared/steps.sh # for await, is, app and tip
refresh my-platform
await 20 is "Synced $(tip)" app my-platform '{.status.sync.status} {.status.sync.revision}'
await 20 is Synced app my-pipeline '{.status.sync.status}'
await 20 is Synced app my-classify '{.status.sync.status}'
await 20 kubectl -n argocd get application my-model-server
