#!/bin/sh
# Run by the CI server after each merge, with its credentials for the cluster.
set -e
kubectl -n learn-declarative create deployment web --image=labbox.local/busybox:1.35 --replicas=3 -- \
  sh -c 'trap exit TERM; busybox httpd -f -p 8080 & wait'
kubectl -n learn-declarative set env deployment/web GREETING=Hello
