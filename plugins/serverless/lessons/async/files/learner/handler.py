"""Books an invoice in the ledger. Slow, and with a fault or two."""

import json
import os
import time
import urllib.request

LEDGER = os.environ["ledger_url"]


def book(entry):
    request = urllib.request.Request(LEDGER + "/", method="POST", data=json.dumps(entry).encode())
    urllib.request.urlopen(request, timeout=10).close()


def handle(event, context):
    invoice = json.loads(event.body)
    retry = event.headers.get("X-Retry")  # None: called synchronously
    amount = float(invoice["amount"])
    if amount >= 100 and int(retry or 0) < 2:
        return {"statusCode": 503, "body": "the credit check does not answer\n"}
    time.sleep(1)  # real work
    book({"call": context.call_id, "invoice": invoice["invoice"], "amount": amount, "retry": retry})
    return {"statusCode": 201}
