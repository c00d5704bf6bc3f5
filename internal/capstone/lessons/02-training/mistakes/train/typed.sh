# The draft is applied as it is.
kubectl -n my-mlops delete job train --ignore-not-found
kubectl apply -f files/train.yaml
