# The commit is there, the data is not.
source shared/mlflow.sh
run ml-track "{\"name\": \"no data\", \"params\": {\"C\": 0.0001}, \"metrics\": {\"accuracy\": 0.8},
  \"tags\": {\"mlflow.source.git.commit\": \"$(git -C ~/ml-track rev-parse HEAD)\"}}"
