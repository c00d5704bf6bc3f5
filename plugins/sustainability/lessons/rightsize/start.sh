. shared/common.sh
deployments=/apis/apps/v1/namespaces/learn-rightsize/deployments

remove $deployments/{api,cache}
make $deployments files/api.yaml
make $deployments files/cache.yaml
