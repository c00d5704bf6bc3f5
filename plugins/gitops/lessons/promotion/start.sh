. shared/common.sh
here=$PWD

drop learn-promotion-dev learn-promotion-staging learn-promotion-prod

begin learn-promotion
record "Version 1 everywhere" "$here/files/repo"
publish

for environment in dev staging prod; do
  make $argocd "$here/files/$environment.yaml"
done
synced learn-promotion-dev learn-promotion-staging learn-promotion-prod
