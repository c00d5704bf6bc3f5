"""Step 1 of the pipeline: train a digit classifier and log it to MLflow.

Environment: MLFLOW_TRACKING_URI, PARAMS (JSON, see digits.py), INPUTS (a hash of
everything that went in; the run is found again by it).
"""
import socket
import time

import digits


def build(p):
    """Scaling, an approximate RBF kernel and a logistic regression: real probabilities."""
    from sklearn.kernel_approximation import Nystroem
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(
        StandardScaler(),
        Nystroem(kernel="rbf", gamma=p["gamma"], n_components=p["components"], random_state=p["seed"]),
        LogisticRegression(C=p["C"], max_iter=500),
    )


def main():
    inputs = digits.required("INPUTS")
    p = digits.params()
    train_x, train_y, _, _, dataset = digits.load()
    started = time.perf_counter()
    model = build(p).fit(train_x, train_y)
    fit_seconds = time.perf_counter() - started
    train_accuracy = float(model.score(train_x, train_y))

    import mlflow

    digits.quiet()
    mlflow.set_experiment(digits.EXPERIMENT)
    tags = {"labbox.inputs": inputs, "labbox.dataset": dataset, "labbox.evaluation": "pending", "labbox.pod": socket.gethostname()}
    with mlflow.start_run(run_name=f"train-{inputs[:8]}", tags=tags) as run:
        mlflow.log_params({**p, "dataset_sha256": dataset, "train_samples": len(train_y)})
        # Requirements are given: inferring them takes longer than the training.
        mlflow.sklearn.log_model(
            model, name=digits.ARTIFACT, pip_requirements=["scikit-learn", "skops"], input_example=train_x[:1]
        )
        mlflow.log_metrics(
            {"train_accuracy": train_accuracy, "fit_seconds": fit_seconds, "cpu_seconds": time.process_time()}
        )
    digits.report(step="train", run_id=run.info.run_id, train_accuracy=train_accuracy, dataset=dataset)


if __name__ == "__main__":
    main()
