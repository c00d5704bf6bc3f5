. shared/common.sh
here=$PWD

drop learn-declarative
kubectl -n learn-declarative delete deployment web --ignore-not-found

begin learn-declarative
record "Roll out by script" "$here/files/repo"
publish

# The pipeline runs, and later somebody changes two things by hand.
sh ci/deploy.sh
kubectl -n learn-declarative scale deployment web --replicas=2
kubectl -n learn-declarative set env deployment/web GREETING="Hello, world"
