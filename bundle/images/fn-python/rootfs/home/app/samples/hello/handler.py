"""Greets whoever the body names."""


def handle(event, context):
    name = event.body.decode("utf-8", "replace").strip() or "world"
    return "Hello, %s!\n" % name
