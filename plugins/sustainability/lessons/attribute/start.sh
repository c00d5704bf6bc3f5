. shared/common.sh
deployments=/apis/apps/v1/namespaces/learn-attribute/deployments

remove /api/v1/namespaces/learn-attribute/configmaps/per-call $deployments/{orders,search,export}
function_anew learn-attribute files/function.json

# Which of the three is the hungry one changes with each start.
set -- $(shuf -e orders search export)
for service in "$1 0.2 50m" "$2 0.03 30m" "$3 0.001 250m"; do
  read -r name share request <<< "$service"
  sed "s/NAME/$name/; s/SHARE/$share/; s/REQUEST/$request/" files/service.yaml | make $deployments
done
available learn-attribute orders search export
