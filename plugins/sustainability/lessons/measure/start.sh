. shared/common.sh

remove /apis/batch/v1/namespaces/learn-measure/jobs/burn /api/v1/namespaces/learn-measure/configmaps/reading
