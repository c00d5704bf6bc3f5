"""Starts MLflow's tracking server as one process.

`mlflow server` keeps its command line resident beside the server it starts. This
program does the same three things and then becomes the server: it names the stores,
brings the database to the server's schema (otherwise the first request would pay
for that), and runs uvicorn on MLflow's own application.

Environment: BACKEND_STORE (default sqlite:////data/mlflow.db), ARTIFACT_ROOT
(default /data/artifacts), PORT (default 5000), MLFLOW_SERVER_ALLOWED_HOSTS and
MLFLOW_SERVER_CORS_ALLOWED_ORIGINS as MLflow documents them.

The variables that begin with an underscore are private to MLflow and belong to
version 3.17.2: check them when the version changes.
"""
import os
import sys


def settings():
    """Returns what `mlflow server --serve-artifacts` would set for its child."""
    store = os.environ.get("BACKEND_STORE", "sqlite:////data/mlflow.db")
    return {
        "_MLFLOW_SERVER_FILE_STORE": store,
        "_MLFLOW_SERVER_REGISTRY_STORE": store,
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": os.environ.get("ARTIFACT_ROOT", "/data/artifacts"),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "_MLFLOW_SGI_NAME": "uvicorn",
    }


def migrate(store):
    """Creates the database, or upgrades one of an older version."""
    from mlflow.store.db import utils

    engine = utils.create_sqlalchemy_engine_with_retry(store)
    if not utils._all_tables_exist(engine):
        utils._initialize_tables(engine)
    elif utils._get_schema_version(engine) != utils._get_latest_schema_revision():
        utils._upgrade_db(engine)
    engine.dispose()


def main():
    os.environ.update(settings())
    os.makedirs(os.environ["_MLFLOW_SERVER_ARTIFACT_DESTINATION"], exist_ok=True)
    migrate(os.environ["_MLFLOW_SERVER_FILE_STORE"])
    port = os.environ.get("PORT", "5000")
    command = ["-m", "uvicorn", "--host", "0.0.0.0", "--port", port, "--no-access-log", "mlflow.server.fastapi_app:app"]
    os.execv(sys.executable, [sys.executable, *command])


if __name__ == "__main__":
    main()
