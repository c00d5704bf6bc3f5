{{- define "gateway.selector" -}}
app.kubernetes.io/name: gateway
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "gateway.labels" -}}
{{ include "gateway.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: labbox
{{- end }}
{{- /* Cluster-wide names carry the namespace, so that two releases do not meet. */ -}}
{{- define "gateway.functionsRole" -}}
{{ .Release.Namespace }}-{{ .Release.Name }}-functions
{{- end -}}
{{- define "gateway.namespacesRole" -}}
{{ .Release.Namespace }}-{{ .Release.Name }}-namespaces
{{- end -}}
