. shared/common.sh
here=$PWD

drop learn-sync
kubectl -n learn-sync delete deployment,service,configmap web banner --ignore-not-found

begin learn-sync
record "Declare the shop's web server" "$here/files/repo"
publish
