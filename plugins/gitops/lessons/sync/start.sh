. shared/common.sh
here=$PWD

drop learn-sync
remove /apis/apps/v1/namespaces/learn-sync/deployments/web
remove /api/v1/namespaces/learn-sync/{services/web,configmaps/banner}

begin learn-sync
record "Declare the shop's web server" "$here/files/repo"
publish
