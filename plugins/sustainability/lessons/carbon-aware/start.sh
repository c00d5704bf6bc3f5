. shared/common.sh

remove /apis/batch/v1/namespaces/learn-carbon/{jobs/report,cronjobs/backup} /api/v1/namespaces/learn-carbon/configmaps/{saving,grid}
jq -n --rawfile day files/intensity.csv '{apiVersion: "v1", kind: "ConfigMap", metadata: {name: "grid"}, data: {"intensity.csv": $day}}' |
  make /api/v1/namespaces/learn-carbon/configmaps
