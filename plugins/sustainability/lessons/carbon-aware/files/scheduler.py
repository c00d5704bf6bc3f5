"""A scheduler that waits for clean electricity, in forty lines.

It goes through the day of the forecast at five hours a second and lets suspended Jobs
with the label carbon=flexible run: in the first hour whose intensity is at most their
carbon/max-grams, and at carbon/deadline-hour at the latest.
"""
import json
import subprocess
import time

NAMESPACE = "learn-carbon"


def kubectl(*args):
    return subprocess.run(["kubectl", "-n", NAMESPACE, *args], check=True, capture_output=True, text=True).stdout


def forecast():
    """Returns the grams per kWh of each hour."""
    text = json.loads(kubectl("get", "configmap", "grid", "-o", "json"))["data"]["intensity.csv"]
    rows = [line.split(",") for line in text.splitlines() if line[:1].isdigit()]
    return {int(hour): int(grams) for hour, grams in rows}


def waiting():
    """Returns the Jobs that wait, as name, most grams, deadline."""
    jobs = json.loads(kubectl("get", "jobs", "-l", "carbon=flexible", "-o", "json"))["items"]
    for job in jobs:
        note = job["metadata"].get("annotations", {})
        if job["spec"].get("suspend"):
            yield job["metadata"]["name"], int(note["carbon/max-grams"]), int(note["carbon/deadline-hour"])


def release(name, hour, grams):
    change = {"metadata": {"annotations": {"carbon/started-hour": str(hour), "carbon/started-grams": str(grams)}},
              "spec": {"suspend": False}}
    kubectl("patch", "job", name, "--type=merge", "-p", json.dumps(change))


def main():
    jobs = list(waiting())
    print(f"{len(jobs)} waiting:", ", ".join(name for name, _, _ in jobs) or "nobody")
    for hour, grams in forecast().items():
        if not jobs:
            return
        print(f"{hour:02}:00  {grams} g/kWh  {'#' * (grams // 10)}", flush=True)
        for job in list(jobs):
            name, most, deadline = job
            if grams <= most or hour >= deadline:
                print(f"       {name} starts" + ("" if grams <= most else ", its deadline has come"))
                release(name, hour, grams)
                jobs.remove(job)
        time.sleep(0.2)


main()
