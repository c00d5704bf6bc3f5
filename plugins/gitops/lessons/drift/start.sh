. shared/common.sh
here=$PWD

drop learn-drift
remove /apis/apps/v1/namespaces/learn-drift/deployments/web

begin learn-drift
record "Declare two web servers" "$here/files/repo"
publish

# The Deployment is older than the Application: whether it is made anew shows by that.
make /apis/apps/v1/namespaces/learn-drift/deployments web/deployment.yaml
make $argocd "$here/files/application.yaml"
synced learn-drift
