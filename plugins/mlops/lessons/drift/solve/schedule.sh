# The draft, awake and one at a time; then it runs once by hand, so that nobody waits until six.
cd ~/ml-drift
sed -i -e 's/suspend: true/suspend: false/' -e 's/concurrencyPolicy: Allow/concurrencyPolicy: Forbid/' cronjob.yaml
kubectl -n ml-drift apply -f cronjob.yaml
job=$(kubectl -n ml-drift create job --from=cronjob/drift "drift-by-hand-$(date +%s)" -o name)
kubectl -n ml-drift wait --for=condition=complete --timeout=90s "$job"
