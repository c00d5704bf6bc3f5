kubectl apply -f files/app.yaml
