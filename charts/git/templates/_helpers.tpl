{{- define "git.selector" -}}
app.kubernetes.io/name: git
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "git.labels" -}}
{{ include "git.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: git-server
app.kubernetes.io/part-of: labbox
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "git.url" -}}
http://git.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}:{{ .Values.service.port }}
{{- end }}
