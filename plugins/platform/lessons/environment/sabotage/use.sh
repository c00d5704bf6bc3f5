kubectl -n env-learn-try scale deploy/probe --replicas=1
