# Takes what is requested for what is used.
kubectl -n learn-attribute label deployment --all energy-
largest=$(kubectl -n learn-attribute get deployments -o json | jq -r '.items[] | select(.spec.template.spec.containers[0].resources.requests.cpu == "250m").metadata.name')
kubectl -n learn-attribute label deployment "$largest" energy=top
