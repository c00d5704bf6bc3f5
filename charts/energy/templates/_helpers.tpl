{{- define "energy.selector" -}}
app.kubernetes.io/name: energy-exporter
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "energy.labels" -}}
{{ include "energy.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: exporter
app.kubernetes.io/part-of: labbox
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

