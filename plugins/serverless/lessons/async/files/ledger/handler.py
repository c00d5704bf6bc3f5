"""The ledger: stands in for a database, so it has one replica and keeps its books in memory.

GET     /        all bookings, and how often each call has asked
POST    /        a new booking, each time
PUT     /{key}   the booking of that key: the second time changes nothing
DELETE  /        an empty ledger
"""

import json
import threading
import uuid

LOCK = threading.Lock()
BOOKINGS, REQUESTS = {}, {}


def handle(event, context):
    with LOCK:
        if event.method == "GET":
            return {"body": {"bookings": list(BOOKINGS.values()), "requests": REQUESTS}}
        if event.method == "DELETE":
            BOOKINGS.clear()
            REQUESTS.clear()
            return {"statusCode": 204}
        entry = json.loads(event.body)
        key = event.path.strip("/") if event.method == "PUT" else str(uuid.uuid4())
        BOOKINGS[key] = entry
        REQUESTS[entry["call"]] = REQUESTS.get(entry["call"], 0) + 1
        return {"statusCode": 201}
