"""Takes orders as CloudEvents 1.0 in binary mode."""

REQUIRED = "ce-specversion", "ce-id", "ce-source", "ce-type"

print("ready for orders", flush=True)


def refuse(why):
    print("refused: " + why, flush=True)
    return {"statusCode": 400, "body": "refused: %s\n" % why}


def handle(event, context):
    if (event.headers.get("content-type") or "").startswith("application/cloudevents"):
        return refuse("structured mode is not understood here, send the attributes as headers")
    for name in REQUIRED:
        if not event.headers.get(name):
            return refuse(name + " is missing")
    if event.headers["ce-specversion"] != "1.0":
        return refuse("ce-specversion must be 1.0")
    what = "%s %s from %s" % tuple(event.headers[name] for name in ("ce-type", "ce-id", "ce-source"))
    print("accepted " + what, flush=True)
    return {"statusCode": 202, "body": "accepted %s\n" % what}
