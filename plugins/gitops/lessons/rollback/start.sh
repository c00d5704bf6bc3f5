. shared/common.sh
here=$PWD

drop learn-rollback
kubectl -n learn-rollback delete deployment,configmap web imprint --ignore-not-found

begin learn-rollback
record "Declare the web server" "$here/files/1"
record "Greet the world" "$here/files/2"
kubectl -n learn-rollback apply -f web # ran well until then
record "Update busybox to 1.99" "$here/files/3"
record "Add the imprint" "$here/files/4"
publish

kubectl apply -f "$here/files/application.yaml"
synced learn-rollback
