"""Three steps of a pipeline: python3 steps.py train | evaluate | register

Each runs in a container of its own. What one hands to the next lies in /handover: the run's id.
"""
import os
import pathlib
import sys

import mlflow

NAME = "ml-pipeline"  # of the experiment and of the registered model
GATE = 0.95
RUN = pathlib.Path("/handover/run")


def data():
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    return train_test_split(x, y, test_size=300, random_state=14, stratify=y)


def train():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, _, y, _ = data()
    C = float(os.environ["C"])
    mlflow.set_experiment(NAME)
    with mlflow.start_run(tags={"pipeline": os.environ["PIPELINE"], "evaluation": "pending"}) as run:
        mlflow.log_param("C", C)
        model = make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=200)).fit(x, y)
        mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn", "skops"])
    RUN.write_text(run.info.run_id)
    print(f"trained run {run.info.run_id} with C={C}")


def evaluate():
    _, x, _, y = data()
    run_id = RUN.read_text()
    accuracy = float(mlflow.sklearn.load_model(f"runs:/{run_id}/model").score(x, y))
    with mlflow.start_run(run_id=run_id):
        mlflow.log_metric("accuracy", accuracy)
        mlflow.set_tag("evaluation", "passed" if accuracy >= GATE else "failed")
    print(f"accuracy {accuracy:.4f}, the gate is {GATE}")
    if accuracy < GATE:
        sys.exit("the model is not good enough")


def register():
    run_id = RUN.read_text()
    version = mlflow.register_model(f"runs:/{run_id}/model", NAME).version
    mlflow.MlflowClient().set_registered_model_alias(NAME, "champion", version)
    print(f"registered version {version}")


{"train": train, "evaluate": evaluate, "register": register}[sys.argv[1]]()
