# A Job that lasts and does nothing.
kubectl -n learn-measure delete job burn --ignore-not-found
kubectl -n learn-measure create job burn --image=labbox.local/busybox:1.35 -- sleep 3
kubectl -n learn-measure wait job/burn --for=condition=complete --timeout=60s
