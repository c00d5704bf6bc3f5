# The parameters come from the ConfigMap that Argo CD brought, not from the Job.
kubectl -n my-mlops delete job train --ignore-not-found
sed -e '/name: C, value/d; /name: SEED, value/d' \
  -e 's/^          env:/          envFrom:\n            - configMapRef: {name: my-parameters}\n          env:/' files/train.yaml |
  kubectl apply -f -
kubectl -n my-mlops wait --for=condition=complete --timeout=90s job/train
kubectl -n my-mlops logs job/train
