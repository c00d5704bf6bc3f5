kubectl -n learn-carbon delete job report --ignore-not-found
kubectl apply -f - <<'YAML'
apiVersion: batch/v1
kind: Job
metadata:
  name: report
  namespace: learn-carbon
  labels: {carbon: flexible}
  annotations:
    carbon/max-grams: "250"
    carbon/deadline-hour: "17"
spec:
  suspend: true
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: labbox.local/busybox:1.35
          command: [sh, -c, "seq 1 2000000 | md5sum"]
YAML
