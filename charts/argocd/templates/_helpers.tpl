{{/* Labels of every object; call with (dict "root" $ "component" "server"). */}}
{{- define "argocd.labels" -}}
app.kubernetes.io/version: {{ .root.Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: labbox
app.kubernetes.io/component: {{ .component }}
{{ include "argocd.selector" . }}
{{- end }}

{{- define "argocd.selector" -}}
app.kubernetes.io/name: argocd-{{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* Labels of the configuration: Argo CD looks for part-of: argocd. */}}
{{- define "argocd.configLabels" -}}
app.kubernetes.io/name: argocd
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: argocd
{{- end }}

{{- define "argocd.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "argocd.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Annotations for Prometheus; call with (dict "root" $ "port" 8083). */}}
{{- define "argocd.scrape" -}}
{{- if .root.Values.metrics.enabled }}
prometheus.io/scrape: "true"
prometheus.io/port: {{ .port | quote }}
{{- end }}
{{- end }}

{{/* Environment of every component; call with (dict "root" $ "of" .Values.server). */}}
{{- define "argocd.env" -}}
- {name: GOMEMLIMIT, value: {{ .of.gomemlimit | quote }}}
- {name: GOGC, value: {{ .of.gogc | quote }}}
- {name: HOME, value: /home/argocd}
- {name: ARGOCD_GPG_ENABLED, value: "false"}
- {name: ARGOCD_RECONCILIATION_TIMEOUT, value: {{ .root.Values.reconciliation | quote }}}
- name: REDIS_PASSWORD
  valueFrom: {secretKeyRef: {name: argocd-redis, key: auth}}
{{- end }}

{{/* A probe; call with (dict "path" "/healthz" "port" "metrics"). Ready is asked every second. */}}
{{- define "argocd.probes" -}}
readinessProbe:
  httpGet: {path: {{ .path }}, port: {{ .port }}}
  periodSeconds: 1
  timeoutSeconds: 5
livenessProbe:
  httpGet: {path: {{ .path }}, port: {{ .port }}}
  initialDelaySeconds: 60
  periodSeconds: 20
  timeoutSeconds: 10
  failureThreshold: 5
{{- end }}
