"""The model server, a plain ASGI application without a web framework.

    POST /predict   {"pixels": [64 numbers, 0..16]} or {"image": 8 rows of 8}
                    -> {"digit", "confidence", "model", "model_version"}
    GET  /healthz   -> {"status": "ok", "model", "version", "run_id"}
    GET  /metrics   Prometheus text

serve.py has put the model into MODEL_DIR and its facts into MODEL_FACTS. The model
is read with skops alone: importing the MLflow client would double the memory.
"""
import json
import os
import sys
import time

# scikit-learn imports pandas when it finds it, for data frames that are never sent
# here: hidden, the server is 23 MB smaller and starts half a second sooner.
sys.modules["pandas"] = None

import numpy  # noqa: E402
import skops.io  # noqa: E402
import yaml  # noqa: E402

from metrics import Metrics  # noqa: E402

del sys.modules["pandas"]

LIMIT = 64 * 1024


class BadRequest(Exception):
    """What was sent cannot be read; the message says why."""


def open_model(directory):
    """Reads the scikit-learn flavour of an MLflow model directory."""
    with open(os.path.join(directory, "MLmodel"), encoding="utf-8") as file:
        flavour = yaml.safe_load(file)["flavors"]["sklearn"]
    path = os.path.join(directory, flavour["pickled_model"])
    return skops.io.load(path, trusted=flavour.get("skops_trusted_types") or None)


def read_pixels(body):
    """Returns the 64 pixel values of a request body as one row."""
    try:
        given = json.loads(body)
        values = given["pixels"] if "pixels" in given else given["image"]
        row = numpy.asarray(values, dtype=float).reshape(1, -1)
    except (ValueError, TypeError, KeyError) as error:
        raise BadRequest('send {"pixels": [64 numbers]} or {"image": 8 rows of 8 numbers}') from error
    if row.shape[1] != 64:
        raise BadRequest(f"a digit has 64 pixels, not {row.shape[1]}")
    if not numpy.isfinite(row).all() or row.min() < 0 or row.max() > 16:
        raise BadRequest("pixel values go from 0 (white) to 16 (black)")
    return row


class Server:
    """Answers requests with one model; one instance serves a whole process."""

    def __init__(self, model, facts):
        self.model = model
        self.facts = facts
        self.metrics = Metrics(facts["model"], facts["version"])
        self.model.predict_proba(numpy.zeros((1, 64)))  # first call pays lazy imports

    def predict(self, body):
        probabilities = self.model.predict_proba(read_pixels(body))[0]
        best = int(probabilities.argmax())
        return {
            "digit": int(self.model.classes_[best]),
            "confidence": round(float(probabilities[best]), 4),
            "model": self.facts["model"],
            "model_version": self.facts["version"],
        }

    def answer(self, method, path, body):
        """Returns (status, content type, text)."""
        if path == "/metrics":
            return 200, "text/plain; version=0.0.4", self.metrics.text()
        if path == "/healthz":
            return 200, "application/json", json.dumps({"status": "ok", **self.facts})
        if path != "/predict":
            return 404, "application/json", json.dumps({"error": f"no such path {path}"})
        if method != "POST":
            return 405, "application/json", json.dumps({"error": "use POST"})
        started = time.perf_counter()
        try:
            status, result = 200, self.predict(body)
        except BadRequest as error:
            status, result = 400, {"error": str(error)}
        self.metrics.observe(status, time.perf_counter() - started)
        return status, "application/json", json.dumps(result)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more and len(body) <= LIMIT:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status, kind, text = self.answer(scope["method"], scope["path"], body)
        payload = text.encode()
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(payload)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": payload})


def create():
    """Builds the application; uvicorn calls it once."""
    return Server(open_model(os.environ["MODEL_DIR"]), json.loads(os.environ["MODEL_FACTS"]))
