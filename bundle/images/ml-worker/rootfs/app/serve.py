"""Starts the model server: fetches one registered version, then becomes the server.

Environment: MLFLOW_TRACKING_URI, MODEL_NAME (default digits), MODEL_VERSION, PORT
(default 8080). The MLflow client downloads `models:/<name>/<version>`; this process
is then replaced by uvicorn, so that the client's memory is not kept while serving.
"""
import json
import os
import sys

import digits

TARGET = os.environ.get("MODEL_TARGET", "/tmp/model")


def main():
    name = os.environ.get("MODEL_NAME") or digits.MODEL
    version = digits.required("MODEL_VERSION")
    import mlflow
    from mlflow.exceptions import MlflowException

    digits.quiet()
    try:
        found = mlflow.MlflowClient().get_model_version(name, version)
        mlflow.artifacts.download_artifacts(artifact_uri=f"models:/{name}/{version}", dst_path=TARGET)
    except MlflowException as error:
        sys.exit(f"fetch models:/{name}/{version} from {os.environ.get('MLFLOW_TRACKING_URI')}: {error}")
    digits.report(step="serve", model=name, version=version, run_id=found.run_id)
    environment = {
        **os.environ,
        "MODEL_DIR": TARGET,
        "MODEL_FACTS": json.dumps({"model": name, "version": version, "run_id": found.run_id}),
    }
    port = os.environ.get("PORT") or "8080"
    options = ["--host", "0.0.0.0", "--port", port, "--no-access-log", "--lifespan", "off", "--log-level", "warning"]
    here = os.path.dirname(os.path.abspath(__file__))
    command = [sys.executable, "-m", "uvicorn", "--app-dir", here, *options, "--factory", "model_server:create"]
    os.execve(sys.executable, command, environment)


if __name__ == "__main__":
    main()
