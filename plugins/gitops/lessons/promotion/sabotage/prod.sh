# Production is set back by hand.
kubectl -n learn-promotion-prod set env deployment/web VERSION=1
