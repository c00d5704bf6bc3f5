"""Counts down as server-sent events, one a second: ?n=5 says from where."""

import time


def handle(event, context):
    try:
        n = min(max(int(event.query.get("n", "5")), 0), 3600)
    except ValueError:
        return {"statusCode": 400, "body": "n must be a number\n"}

    def events():
        for i in range(n, -1, -1):
            yield "event: tick\ndata: %d\n\n" % i
            if i:
                time.sleep(1)

    return {"headers": {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}, "body": events()}
