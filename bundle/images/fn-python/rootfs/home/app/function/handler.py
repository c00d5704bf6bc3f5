"""Answers until a function brings its own handler (see index.py)."""


def handle(event, context):
    return "Hello from labbox. You sent %d bytes.\n" % len(event.body)
