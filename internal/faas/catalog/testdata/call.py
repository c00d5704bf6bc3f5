"""Calls a sample once through the image's runner: call.py <app folder> <sample> <target> <body>."""

import os
import sys

app, sample, target, body = sys.argv[1:]
os.environ["function_dir"] = os.path.join(app, "samples", sample)
sys.path.insert(0, app)
import index  # noqa: E402

answer = index.call(index.load(), ("POST", target, index.Headers(), body.encode()))
for part in answer:
    if isinstance(part, bytes):
        sys.stdout.buffer.write(part)
    elif hasattr(part, "__next__") or isinstance(part, list):
        for piece in part:
            sys.stdout.buffer.write(piece if isinstance(piece, bytes) else str(piece).encode())
    else:
        print(part)
