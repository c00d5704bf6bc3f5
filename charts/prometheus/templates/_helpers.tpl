{{- define "prometheus.selector" -}}
app.kubernetes.io/name: prometheus
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "prometheus.labels" -}}
{{ include "prometheus.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: labbox
{{- end }}

{{/* Names of cluster-wide objects carry the namespace, so that two releases do not meet. */}}
{{- define "prometheus.clusterName" -}}
{{ .Release.Namespace }}-{{ .Release.Name }}
{{- end }}
