kubectl -n learn-quota delete quota team
