"""Step 2 of the pipeline: measure the run's model on digits it has never seen.

Environment: MLFLOW_TRACKING_URI, RUN_ID. Logs the accuracy, the confusion matrix
and the held-out digits themselves (heldout.json) to the run. Ends with status 1
when the accuracy is below the gate: then nothing is registered.
"""
import sys

import digits


def main():
    run_id = digits.required("RUN_ID")
    import mlflow
    from sklearn.metrics import confusion_matrix

    digits.quiet()
    _, _, x, y, dataset = digits.load()
    model = mlflow.sklearn.load_model(f"runs:/{run_id}/{digits.ARTIFACT}")
    predicted = model.predict(x)
    accuracy = float((predicted == y).mean())
    passed = accuracy >= digits.GATE
    examples = [{"pixels": [int(v) for v in row], "digit": int(d)} for row, d in zip(x, y)]
    with mlflow.start_run(run_id=run_id):
        mlflow.log_metrics({"accuracy": accuracy, "heldout_samples": len(y)})
        mlflow.log_dict({"labels": list(range(10)), "matrix": confusion_matrix(y, predicted).tolist()}, "confusion.json")
        mlflow.log_dict({"dataset": dataset, "examples": examples}, "heldout.json")
        mlflow.set_tag("labbox.evaluation", "passed" if passed else "failed")
    digits.report(step="evaluate", run_id=run_id, accuracy=accuracy, gate=digits.GATE, passed=passed)
    if not passed:
        sys.exit(f"accuracy {accuracy:.4f} is below the gate of {digits.GATE}")


if __name__ == "__main__":
    main()
