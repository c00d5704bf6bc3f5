def handle(event, context):
    """Answers one call.

    event: body (bytes), headers, method, query, path
    Return text, bytes, a dict or list (sent as JSON), or
    {"statusCode": 201, "headers": {...}, "body": ...}
    """
    name = event.body.decode().strip() or "world"
    return {"statusCode": 200, "body": f"Hello, {name}\n"}
