cd ~/learn-declarative
git pull -q

# What runs?
kubectl -n learn-declarative get deployment web -o yaml

# The same, without what only the cluster knows.
mkdir -p deploy
cat > deploy/web.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: busybox
          image: labbox.local/busybox:1.35
          command: [sh, -c, "trap exit TERM; busybox httpd -f -p 8080 & wait"]
          env:
            - {name: GREETING, value: "Hello, world"}
YAML
git add deploy
git commit -qm "Declare what runs" || echo "It is declared already."
git push -q
