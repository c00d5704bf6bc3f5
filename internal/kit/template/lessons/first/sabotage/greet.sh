kubectl -n learn-[[.Name]] delete configmap greeting
