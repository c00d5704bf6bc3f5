"""measure.py before|after: what does a call of learn-efficiency cost?

Calls the function a hundred times, reads the energy counter of its pod before and after,
and notes in the ConfigMap "report" of namespace learn-efficiency:

    <name>.joules    energy of the pod for one call
    <name>.calls     how many calls there were
    <name>.from .to  when they were, in seconds since 1970
    <name>.pod       the pod that answered
    <name>.answer    what it answered
    <name>.method    how the energy was found
"""
import json
import os
import subprocess
import sys
import time
import urllib.request

CALLS = 100


def kubectl(*args):
    return subprocess.run(["kubectl", *args], check=True, capture_output=True, text=True).stdout


def pod():
    """Returns the name of the pod that answers: the youngest that is not about to end."""
    items = json.loads(kubectl("-n", "openfaas-fn", "get", "pods", "-l", "faas_function=learn-efficiency", "-o", "json"))["items"]
    alive = [p["metadata"] for p in items if "deletionTimestamp" not in p["metadata"]]
    return max(alive, key=lambda m: m["creationTimestamp"])["name"]


def energy(name):
    """Returns the pod's joules so far, and the method."""
    time.sleep(1.5)  # the exporter takes a sample each second
    url = os.environ["ENERGY_URL"] + "/api/v1/energy?window=30m&namespace=openfaas-fn&pod=" + name
    with urllib.request.urlopen(url, timeout=10) as answer:
        report = json.load(answer)
    return report["joules"], report["method"]


def call():
    with urllib.request.urlopen(os.environ["GATEWAY_URL"] + "/function/learn-efficiency", b"3000", timeout=60) as answer:
        return answer.read().decode().strip()


def main():
    if sys.argv[1:] not in (["before"], ["after"]):
        sys.exit("say measure.py before or measure.py after")
    what = sys.argv[1]
    who, answer = pod(), call()
    begin, method = energy(who)
    since = time.time() - 1  # the sample that the first calls end up in began no earlier
    start = time.time()
    for _ in range(CALLS):
        answer = call()
    took = time.time() - start
    used = (energy(who)[0] - begin) / CALLS
    stop = time.time()  # the last calls' sample is in by now
    print(f"{CALLS} calls in {took:.1f} s, {used:.4f} J each ({method}); answer {answer}; pod {who}")
    data = {"joules": f"{used:.6f}", "calls": str(CALLS), "from": f"{since:.3f}", "to": f"{stop:.3f}",
            "pod": who, "answer": answer, "method": method}
    patch = {"data": {f"{what}.{key}": value for key, value in data.items()}}
    kubectl("-n", "learn-efficiency", "patch", "configmap", "report", "--type=merge", "-p", json.dumps(patch))


main()
