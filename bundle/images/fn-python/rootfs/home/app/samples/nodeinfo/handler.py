"""Tells what the function runs on."""

import os
import platform


def memory():
    """Returns the memory limit of the container in bytes, or None without one."""
    for path in "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes":
        try:
            with open(path) as f:
                text = f.read().strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < 1 << 60:
            return int(text)
    return None


def handle(event, context):
    return {"headers": {"Content-Type": "application/json"}, "body": {
        "pod": context.hostname, "cpus": os.cpu_count(), "memoryLimit": memory(), "machine": platform.machine(),
        "kernel": platform.release(), "python": platform.python_version(), "uid": os.getuid()}}
