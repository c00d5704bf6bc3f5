kubectl -n learn-attribute label deployment --all energy-
