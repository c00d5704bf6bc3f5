{{- define "workbench.selector" -}}
app.kubernetes.io/name: workbench
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "workbench.labels" -}}
{{ include "workbench.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: workbench
app.kubernetes.io/part-of: labbox
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- /* The URL of a system: (list . "git"). */}}
{{- define "workbench.url" -}}
{{- $root := index . 0 }}{{ $s := index $root.Values.systems (index . 1) -}}
http://{{ $s.service }}.{{ $s.namespace }}.svc.{{ $root.Values.clusterDomain }}:{{ $s.port }}
{{- end }}
