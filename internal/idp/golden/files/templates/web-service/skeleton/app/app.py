"""${{ values.name }}: a web service in one file. Change it, commit, push: Argo CD rolls it out."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GREETING = ${{ values.greeting | dump }}
calls = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        global calls
        if self.path == "/healthz":
            return self.answer(200, "text/plain", "ok\n")
        if self.path == "/metrics":
            return self.answer(200, "text/plain; version=0.0.4", f"# TYPE service_calls_total counter\nservice_calls_total {calls}\n")
        if self.path != "/":
            return self.answer(404, "text/plain", "not found\n")
        calls += 1
        self.answer(200, "application/json", json.dumps({"greeting": GREETING, "pod": os.uname().nodename}) + "\n")

    def answer(self, status, kind, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *args):
        if self.path not in ("/healthz", "/metrics"):
            super().log_message(form, *args)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("", 8080), Handler).serve_forever()
