. shared/common.sh
here=$PWD

drop learn-drift
kubectl -n learn-drift delete deployment web --ignore-not-found

begin learn-drift
record "Declare two web servers" "$here/files/repo"
publish

# The Deployment is older than the Application: whether it is made anew shows by that.
kubectl -n learn-drift apply -f web
kubectl apply -f "$here/files/application.yaml"
synced learn-drift
