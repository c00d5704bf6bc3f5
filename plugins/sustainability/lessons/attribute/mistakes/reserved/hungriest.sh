# Takes what is used for what is reserved in vain.
kubectl -n learn-attribute label deployment --all reserved-
kubectl -n learn-attribute label deployment -l energy=top reserved=top
