"""The function `classify`: takes the picture of a digit, answers which one it is.

Request: a PNG (or JSON {"pixels": [64 numbers from 0 to 16]}).
Answer:  {"digit": 7, "confidence": 0.98, "model": "digits", "model_version": "1"}
"""
import json
import os
import urllib.error
import urllib.request

import png

MODEL_URL = os.environ.get("MODEL_URL", "http://model-server.digits.svc.cluster.local:8080/predict")


def ask(pixels):
    """Returns the model server's answer for 64 pixels."""
    body = json.dumps({"pixels": pixels}).encode()
    request = urllib.request.Request(MODEL_URL, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def read(event):
    """Returns the 64 pixels of a request, 0 for white to 16 for black."""
    if event.body[:8] == png.SIGNATURE:
        width, height, grey = png.decode(event.body)
        return [round(v * 16 / 255, 2) for v in png.shrink(width, height, grey, 8)]
    return json.loads(event.body)["pixels"]


def handle(event, context):
    try:
        pixels = read(event)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return {"statusCode": 400, "body": {"error": f"send a PNG of a digit: {error}"}}
    try:
        answer = ask(pixels)
    except urllib.error.HTTPError as error:
        return {"statusCode": 400 if error.code == 400 else 502, "body": {"error": error.read().decode(errors="replace")}}
    except OSError as error:
        return {"statusCode": 502, "body": {"error": f"the model server does not answer: {error}"}}
    context.count("classify_digits_total", 1, {"digit": str(answer["digit"])})
    context.metric("classify_model_version", float(answer["model_version"]), {"model": answer["model"]})
    return {"statusCode": 200, "body": answer, "headers": {"X-Model-Version": answer["model_version"]}}
