. shared/common.sh
here=$PWD

drop learn-promotion-dev learn-promotion-staging learn-promotion-prod

begin learn-promotion
record "Version 1 everywhere" "$here/files/repo"
publish

{ kubectl kustomize prod; bash "$here/files/applications.sh"; } | kubectl apply -f -
synced learn-promotion-dev learn-promotion-staging learn-promotion-prod
