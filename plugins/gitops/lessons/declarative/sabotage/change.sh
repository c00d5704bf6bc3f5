# A change by hand: git no longer says what runs.
kubectl -n learn-declarative set env deployment/web GREETING="Nobody knows"
