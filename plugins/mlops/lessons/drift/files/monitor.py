"""Measures how far the inputs of a window are from the training data: one run a window."""
import os

import mlflow
import numpy

from inputs import reference, window


def shares(values, edges):
    """The share of the values in each bin; never quite 0, for its logarithm is taken."""
    return numpy.clip(numpy.histogram(values, edges)[0] / len(values), 1e-4, None)


def psi(expected, actual):
    """Population Stability Index of one feature, over bins with equal shares of `expected`."""
    edges = numpy.unique(numpy.quantile(expected, numpy.linspace(0, 1, 9)))
    edges[0], edges[-1] = -numpy.inf, numpy.inf
    e, a = shares(expected, edges), shares(actual, edges)
    raise NotImplementedError("the sum over all bins of (a - e) * ln(a / e)")


mlflow.set_experiment("ml-drift")
before = reference()
for name in os.environ["WINDOW"].split():
    now = window(name)
    with mlflow.start_run(run_name=name, tags={"window": name}):
        by_column = [psi(before[:, c], now[:, c]) for c in range(8)]
        worst = max(by_column)
        mlflow.log_metrics({f"psi_column_{c}": value for c, value in enumerate(by_column)})
        mlflow.log_metric("psi_max", worst)
        print(f"{name}: psi_max={worst:.3f}", flush=True)
