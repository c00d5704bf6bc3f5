cd ~/learn-cold
cat > handler.py <<'PY'
"""A small atlas that can also square numbers. The table for that is loaded when it is needed."""

import time

BORN = time.perf_counter()

import json
import threading

LOCK = threading.Lock()
COUNTRIES = {"Bern": "CH", "Berlin": "DE", "Wien": "AT", "Paris": "FR"}
TABLE, BUILDS = None, 0


def load_table():
    """Makes the big table. This takes two seconds."""
    time.sleep(2)
    return {n: n * n for n in range(10_000)}


def table():
    """Returns the table; the first call loads it, others meanwhile wait for it."""
    global TABLE, BUILDS
    with LOCK:
        if TABLE is None:
            TABLE, BUILDS = load_table(), BUILDS + 1
        return TABLE


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
    result = {"square": table()[n], "builds": BUILDS}
    tell(**result)
    return {"body": result}


def handle(event, context):
    return square(event) if event.path == "/square" else country(event)
PY
kubectl -n openfaas-fn create configmap learn-atlas --from-file=handler.py --dry-run=client -o yaml | kubectl apply -f -
curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" -X PUT "$GATEWAY_URL/system/functions" -d @function.json
kubectl -n openfaas-fn rollout status deploy/learn-atlas --timeout=60s

curl -fsS -d '{"city": "Bern"}' "$GATEWAY_URL/function/learn-atlas"
for i in 1 2; do
  curl -fsS -d '{"n": 12}' "$GATEWAY_URL/function/learn-atlas/square"
done
