. shared/common.sh
here=$PWD

drop learn-rollback
remove /apis/apps/v1/namespaces/learn-rollback/deployments/web
remove /api/v1/namespaces/learn-rollback/configmaps/imprint

begin learn-rollback
record "Declare the web server" "$here/files/1"
record "Greet the world" "$here/files/2"
make /apis/apps/v1/namespaces/learn-rollback/deployments web/deployment.yaml # ran well until then
record "Update busybox to 1.99" "$here/files/3"
record "Add the imprint" "$here/files/4"
publish

make $argocd "$here/files/application.yaml"
synced learn-rollback
