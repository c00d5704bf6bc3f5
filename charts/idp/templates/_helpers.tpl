{{- define "idp.selector" -}}
app.kubernetes.io/name: backstage
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "idp.labels" -}}
{{ include "idp.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: developer-platform
app.kubernetes.io/part-of: labbox
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "idp.clusterName" -}}
{{ .Release.Namespace }}-platform
{{- end }}

{{- define "idp.account" -}}
system:serviceaccount:{{ .Release.Namespace }}:backstage
{{- end }}
