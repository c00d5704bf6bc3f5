# The Job gets the value past git.
kubectl -n my-mlops delete job train --ignore-not-found
sed 's/name: C, value: "0.05"/name: C, value: "0.1"/' files/train.yaml | kubectl apply -f -
