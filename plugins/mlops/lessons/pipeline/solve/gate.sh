# The same pipeline with a bad parameter, under a name of its own; it has to fail.
cd ~/ml-pipeline
kubectl -n ml-pipeline delete job pipeline-poor --ignore-not-found
sed -e 's/name: pipeline$/name: pipeline-poor/' -e 's/value: pipeline}/value: pipeline-poor}/' -e 's/"0.01"/"0.00001"/' pipeline.yaml |
  kubectl -n ml-pipeline apply -f -
kubectl -n ml-pipeline wait --for=condition=failed --timeout=90s job/pipeline-poor
kubectl -n ml-pipeline logs job/pipeline-poor -c evaluate
