rm -rf ~/learn-score
git clone -q "$GIT_URL/learn-score.git" ~/learn-score
cd ~/learn-score
cat > deploy/deployment.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: learn-lemon
spec:
  replicas: 1
  selector: {matchLabels: {app: learn-lemon}}
  template:
    metadata: {labels: {app: learn-lemon}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, runAsUser: 65535}
      containers:
        - name: web
          image: labbox.local/busybox:1.35
          imagePullPolicy: Never
          command: [sh, -c, "echo lemonade > /tmp/index.html; exec httpd -f -p 8080 -h /tmp"]
          ports: [{containerPort: 8080}]
          resources:
            requests: {cpu: 5m, memory: 8Mi}
            limits: {cpu: 100m, memory: 32Mi}
          readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 2}
          livenessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 10}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
YAML
git add -A
git commit -q --allow-empty -m "Fit for production"
git push -q

# Argo CD is told by git; the scorecard follows what is in the cluster.
kubectl -n argocd wait application/learn-score --for=jsonpath='{.status.sync.revision}'="$(git rev-parse HEAD)" --timeout=60s
kubectl -n learn-score rollout status deploy/learn-lemon --timeout=60s
