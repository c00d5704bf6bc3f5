"""The function my-classify: asks the model server which digit it sees, and counts.

Request: {"pixels": [64 numbers from 0 to 16]}; answer: {"digit", "confidence", "model_version"}.
"""
import json
import os
import urllib.error
import urllib.request


def handle(event, context):
    request = urllib.request.Request(os.environ["MODEL_URL"], event.body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            status, answer = 200, json.load(response)
    except urllib.error.HTTPError as error:
        status, answer = error.code, {"error": error.read().decode(errors="replace")}
    except OSError as error:
        status, answer = 502, {"error": f"the model server does not answer: {error}"}
    context.count("my_classify_total", 1, {"code": str(status)})
    if status == 200:
        context.metric("my_classify_model_version", float(answer["model_version"]), {})
    return {"statusCode": status, "body": answer}
