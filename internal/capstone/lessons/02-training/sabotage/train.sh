# Somebody removes the Job.
kubectl -n my-mlops delete job train
