# Idle energy of CPUs that are reserved and not used.
curl -s "$ENERGY_URL/api/v1/energy?namespace=learn-attribute&window=1m" |
  jq -r '[.pods[] | select(.state == "running")] | sort_by(-.reservedJoules)[] | "\(.owner.name) \(.reservedJoules)"' | tee /tmp/attribute

kubectl -n learn-attribute label deployment --all reserved- >/dev/null
kubectl -n learn-attribute label deployment "$(head -1 /tmp/attribute | cut -d' ' -f1)" reserved=top
