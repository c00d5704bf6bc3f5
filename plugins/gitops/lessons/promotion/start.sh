. shared/common.sh
here=$PWD

drop learn-promotion-dev learn-promotion-staging learn-promotion-prod

begin learn-promotion
record "Version 1 everywhere" "$here/files/repo"
publish

kubectl kustomize prod | kubectl apply -f -
bash "$here/files/applications.sh" | kubectl apply -f -
kubectl -n argocd patch application learn-promotion-prod --type=merge -p '{"operation": {"sync": {}}}'
for environment in dev staging prod; do
  await 10 synced learn-promotion-$environment "$(git rev-parse HEAD)"
done
