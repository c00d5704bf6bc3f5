# Joules of the last minute, by Deployment; the hungriest comes first.
curl -s "$ENERGY_URL/api/v1/energy?namespace=learn-attribute&window=1m" |
  jq -r '.pods[] | select(.state == "running") | "\(.owner.name) \(.joules)"' | tee /tmp/attribute

kubectl -n learn-attribute label deployment --all energy- >/dev/null
kubectl -n learn-attribute label deployment "$(head -1 /tmp/attribute | cut -d' ' -f1)" energy=top
