# Without the default the guest's next pod is refused.
kubectl -n learn-quota delete limitrange defaults
kubectl -n learn-quota delete pods -l app=guest
