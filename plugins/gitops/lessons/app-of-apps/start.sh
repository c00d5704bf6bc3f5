. shared/common.sh
here=$PWD

drop learn-apps learn-apps-web learn-apps-api
remove /apis/apps/v1/namespaces/learn-apps/deployments/{web,api}

begin learn-apps
record "Declare web and api, and the Application of web" "$here/files/repo"
publish
