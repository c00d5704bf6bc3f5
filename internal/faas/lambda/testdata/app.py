"""A Python function as Lambda's users write them."""
import os
import sys
import time

print("loading")


def handler(event, context):
    do = event.get("do")
    print("doing", do)
    if do == "error":
        raise ValueError("it failed")
    if do == "exit":
        sys.exit(3)
    if do == "sleep":
        time.sleep(60)
    if do == "large":
        return "x" * (7 << 20)
    if do == "unserializable":
        return {1, 2}
    if "requestContext" in event:
        return {"statusCode": 201, "headers": {"x-path": event["rawPath"]}, "body": event.get("body", "")}
    return {
        "greeting": "hello " + event.get("name", ""),
        "requestId": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "left": context.get_remaining_time_in_millis(),
        "custom": context.client_context.custom if context.client_context else None,
        "word": os.environ.get("WORD"),
        "execution": os.environ.get("AWS_EXECUTION_ENV"),
        "version": context.function_version,
    }
