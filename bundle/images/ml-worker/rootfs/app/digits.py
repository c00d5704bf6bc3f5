"""The data set and the settings that all steps of the digits pipeline share.

The data is scikit-learn's bundled `load_digits`: 1797 images of 8x8 pixels with
values from 0 to 16. It is split once, with a fixed seed, into what training may
see and a held-out part that only the evaluation (and the capstone's function
calls) ever touch.
"""
import hashlib
import json
import logging
import os
import sys

EXPERIMENT = "digits"
MODEL = "digits"
ARTIFACT = "model"
ALIAS = "champion"
HELDOUT = 200
GATE = 0.95

# What a learner may change in the platform repository, with the defaults.
DEFAULTS = {"components": 500, "gamma": 0.01, "C": 10.0, "seed": 14}


def params():
    """Returns the training parameters: the defaults with PARAMS (JSON) laid over."""
    given = json.loads(os.environ.get("PARAMS") or "{}")
    unknown = sorted(set(given) - set(DEFAULTS))
    if unknown:
        sys.exit(f"unknown training parameters {unknown}; known are {sorted(DEFAULTS)}")
    return {name: type(default)(given.get(name, default)) for name, default in DEFAULTS.items()}


def load():
    """Returns (train_x, train_y, heldout_x, heldout_y, sha256 of the whole set)."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    digest = hashlib.sha256(x.astype("<f8").tobytes() + y.astype("<i8").tobytes()).hexdigest()
    train_x, heldout_x, train_y, heldout_y = train_test_split(
        x, y, test_size=HELDOUT, random_state=2026, stratify=y
    )
    return train_x, train_y, heldout_x, heldout_y, digest


def quiet():
    """Leaves only what a reader of the Job's log needs."""
    for name in ("mlflow", "alembic", "urllib3"):
        logging.getLogger(name).setLevel(logging.ERROR)


def report(**facts):
    """Prints one line of JSON: the step's result, for people and for `kubectl logs`."""
    print(json.dumps(facts, sort_keys=True), flush=True)


def required(name):
    """Returns the environment variable, or ends the program saying what is missing."""
    value = os.environ.get(name)
    if not value:
        sys.exit(f"the environment variable {name} is not set")
    return value
