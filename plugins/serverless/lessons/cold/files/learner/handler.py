"""A small atlas that can also square numbers, with a table that is much too big for that."""

import time

BORN = time.perf_counter()

import json
import threading

LOCK = threading.Lock()
COUNTRIES = {"Bern": "CH", "Berlin": "DE", "Wien": "AT", "Paris": "FR"}


def load_table():
    """Makes the big table. This takes two seconds."""
    time.sleep(2)
    return {n: n * n for n in range(10_000)}


TABLE, BUILDS = load_table(), 1

INIT = time.perf_counter() - BORN  # what all of the above took
FIRST = True
print("ready after %.3f s" % INIT, flush=True)


def tell(**facts):
    """Writes a line that the lesson reads."""
    print("atlas: " + json.dumps(facts), flush=True)


def country(event):
    global FIRST
    waited = time.time() - int(event.headers["X-Start-Time"]) / 1e9
    if FIRST:
        FIRST = False
        tell(first=True, waited=round(waited, 3), init=round(INIT, 3))
    return {"body": {"country": COUNTRIES.get(json.loads(event.body)["city"]), "waited": round(waited, 3), "init": round(INIT, 3)}}


def square(event):
    n = json.loads(event.body)["n"]
    result = {"square": TABLE[n], "builds": BUILDS}
    tell(**result)
    return {"body": result}


def handle(event, context):
    return square(event) if event.path == "/square" else country(event)
