"""Counts its calls, in the wrong place."""

import threading

LOCK = threading.Lock()
COUNT = 0


def handle(event, context):
    global COUNT
    with LOCK:
        COUNT += 1
        return {"body": {"pod": context.hostname, "count": COUNT}}
