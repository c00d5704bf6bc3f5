. shared/common.sh
deployments=/apis/apps/v1/namespaces/learn-attribute/deployments

remove /api/v1/namespaces/learn-attribute/configmaps/per-call
function_anew learn-attribute files/function.json

# Which of the three is the hungry one is left to chance, once: services that are there keep
# their part, so that a reset has no pods to wait for.
end=$((SECONDS + 8)) # a new namespace's rights take a moment
until api GET $deployments && jq -e .items "$answer" >/dev/null || ((SECONDS >= end)); do sleep 0.1; done
there=$(jq -r '[.items[] | {name: .metadata.name, share: .spec.template.spec.containers[0].args[1]}] | sort_by((.share | tonumber?) // 0) | reverse | .[].name' "$answer")
[ "$(echo $there | wc -w)" = 3 ] || there=$(shuf -e orders search export)
set -- $there
for service in "$1 0.2 50m" "$2 0.03 30m" "$3 0.001 250m"; do
  read -r name share request <<< "$service"
  sed "s/NAME/$name/; s/SHARE/$share/; s/REQUEST/$request/" files/service.yaml > /tmp/service.yaml
  api PATCH "$deployments/$name?fieldManager=lesson&force=true" -H 'Content-Type: application/apply-patch+yaml' --data-binary @/tmp/service.yaml
  api PATCH "$deployments/$name" -H 'Content-Type: application/merge-patch+json' --data '{"metadata": {"labels": {"energy": null, "reserved": null}}, "spec": {"replicas": 1}}'
done
available learn-attribute orders search export
