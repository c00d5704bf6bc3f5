kubectl -n learn-carbon delete job report
