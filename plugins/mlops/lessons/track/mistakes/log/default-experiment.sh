# The run is logged, but set_experiment was forgotten: it lies in "Default".
source shared/mlflow.sh
run Default '{"name": "ml-track", "params": {"C": 0.0001}, "metrics": {"accuracy": 0.5}, "tags": {"lesson": "ml-track"}}'
