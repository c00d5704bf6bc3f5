"""Step 3 of the pipeline: make the evaluated model a version and the champion.

Environment: MLFLOW_TRACKING_URI, RUN_ID. Refuses a run whose evaluation has not
passed. A run that is registered already keeps its version.
"""
import sys

import digits


def main():
    run_id = digits.required("RUN_ID")
    import mlflow
    from mlflow.exceptions import MlflowException

    digits.quiet()
    client = mlflow.MlflowClient()
    tags = client.get_run(run_id).data.tags
    if tags.get("labbox.evaluation") != "passed":
        sys.exit(f"run {run_id} is not registered: its evaluation is {tags.get('labbox.evaluation')!r}, not 'passed'")
    try:
        client.create_registered_model(digits.MODEL, description="Reads one handwritten digit of 8x8 pixels")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    known = [v for v in client.search_model_versions(f"name='{digits.MODEL}'") if v.run_id == run_id]
    if known:
        version = known[0].version
    else:
        carried = {name: tags[name] for name in ("labbox.inputs", "labbox.dataset") if name in tags}
        version = mlflow.register_model(f"runs:/{run_id}/{digits.ARTIFACT}", digits.MODEL, tags=carried).version
    client.set_registered_model_alias(digits.MODEL, digits.ALIAS, version)
    digits.report(step="register", run_id=run_id, model=digits.MODEL, version=str(version), alias=digits.ALIAS)


if __name__ == "__main__":
    main()
