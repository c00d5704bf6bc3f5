# The sum of each three hours that end by 18:00.
awk -F, '/^[0-9]/ { g[$1] = $2 } END { for (h = 0; h <= 15; h++) print g[h] + g[h+1] + g[h+2], h }' files/intensity.csv | sort -n | head -3

kubectl apply -f - <<'YAML'
apiVersion: batch/v1
kind: CronJob
metadata:
  name: backup
  namespace: learn-carbon
spec:
  schedule: "0 12 * * *"
  timeZone: Europe/Berlin
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: backup
              image: labbox.local/busybox:1.35
              command: [sh, -c, "echo three hours of backup"]
YAML
