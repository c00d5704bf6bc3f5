"""Your handler. It gets {"name": "Ada"} and is to answer {"greeting": "Hello, Ada!"}."""


def handle(event, context):
    return {"statusCode": 501, "body": "not written yet\n"}
