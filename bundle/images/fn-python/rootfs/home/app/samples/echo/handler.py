"""Sends a call back as the function saw it."""


def handle(event, context):
    return {"headers": {"Content-Type": "application/json"}, "body": {
        "method": event.method, "path": event.path, "query": event.query, "headers": dict(event.headers),
        "body": event.body.decode("utf-8", "replace"), "callId": context.call_id}}
