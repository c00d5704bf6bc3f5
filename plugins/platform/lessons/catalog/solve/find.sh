# Three relations lead from the symptom to a person. The last line is the answer.
entity() { curl -fsS "$BACKSTAGE_URL/api/catalog/entities/by-name/$(echo "$1" | tr : /)"; }
target() { jq -r --arg type "$1" '[.relations[] | select(.type == $type)][0].targetRef'; }

component=$(entity component:default/learn-checkout | target dependsOn)
group=$(entity "$component" | target ownedBy)
user=$(entity "$group" | target hasMember)
echo "$component is owned by $group, whose member is $user"
entity "$user" | jq -r .spec.profile.email
