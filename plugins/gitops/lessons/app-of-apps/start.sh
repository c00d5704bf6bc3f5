. shared/common.sh
here=$PWD

drop learn-apps learn-apps-web learn-apps-api
kubectl -n learn-apps delete deployment web api --ignore-not-found

begin learn-apps
record "Declare web and api, and the Application of web" "$here/files/repo"
publish
