"""Runs a function's handler behind the watchdog.

The watchdog starts this program once and sends it HTTP/1.1 requests over loopback.
It imports handler.py from the function's directory and calls, for each request,

    handle(event, context)   event: body, headers, method, query, path
    handle(text)             the short form: the body as text

A server of its own instead of http.server: it starts in half the time and needs
half the memory, and its only client is the watchdog, whose requests are well formed.
"""

import _socket  # socket would draw in enum and selectors: a third of the start
import os
import sys
import threading

FUNCTION_DIR = os.environ.get("function_dir", "/home/app/function")
HOSTNAME = os.environ.get("HOSTNAME", "localhost")
MAX_LINE = 65536
REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found",
           304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
           409: "Conflict", 422: "Unprocessable Entity", 429: "Too Many Requests",
           500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


class Headers(dict):
    """Header fields; names compare without case."""

    def __init__(self, pairs=()):
        super().__init__()
        for name, value in pairs:
            self[name] = value

    def __setitem__(self, name, value):
        super().__setitem__(name.title(), value)

    def __getitem__(self, name):
        return super().__getitem__(name.title())

    def __contains__(self, name):
        return super().__contains__(name.title())

    def get(self, name, default=None):
        return super().get(name.title(), default)


class Event:
    """One request."""

    __slots__ = ("body", "lines", "made", "method", "path", "query", "query_all", "query_string")

    def __init__(self, method, target, lines, body):
        self.method, self.lines, self.body, self.made = method, lines, body, None
        path, _, self.query_string = target.partition("?")
        self.query, self.query_all = {}, {}
        if "%" in path or self.query_string:
            from urllib.parse import parse_qs, unquote
            path = unquote(path)
            self.query_all = parse_qs(self.query_string, keep_blank_values=True)
            self.query = {name: values[-1] for name, values in self.query_all.items()}
        self.path = path


    @property
    def headers(self):
        """The request's header; made when a handler asks, which most never do."""
        if self.made is None:
            self.made = parse_headers(self.lines)
        return self.made

    @headers.setter
    def headers(self, value):
        self.made = value


class Context:
    """What surrounds a call, and the function's own metrics."""

    __slots__ = ("hostname", "event")

    def __init__(self, event):
        self.hostname = HOSTNAME
        self.event = event

    @property
    def call_id(self):
        """The call's X-Call-Id."""
        return self.event.headers.get("X-Call-Id", "")

    def metric(self, name, value, labels=None):
        """Sets a gauge that Prometheus then scrapes with the function's metrics."""
        METRICS.record("gauge", name, labels, lambda _: float(value))

    def count(self, name, amount=1, labels=None):
        """Adds to a counter; its name should end in _total."""
        METRICS.record("counter", name, labels, lambda have: have + float(amount))


class Metrics:
    """The function's own series, in the order of their first use."""

    LIMIT = 1000  # a label that takes every value must not fill the memory

    def __init__(self):
        self.lock = threading.Lock()
        self.kinds, self.series = {}, {}

    def record(self, kind, name, labels, change):
        if not name.replace("_", "a").replace(":", "a").isalnum() or name[0].isdigit() or not name.isascii():
            raise ValueError("not a metric's name: %r" % (name,))
        key = ",".join('%s="%s"' % (k, escape(str(v))) for k, v in sorted((labels or {}).items()))
        with self.lock:
            if self.kinds.setdefault(name, kind) != kind:
                raise ValueError("%s is a %s already" % (name, self.kinds[name]))
            values = self.series.setdefault(name, {})
            if key not in values and sum(map(len, self.series.values())) >= self.LIMIT:
                raise ValueError("more than %d series" % self.LIMIT)
            values[key] = change(values.get(key, 0.0))

    def text(self):
        lines = []
        with self.lock:
            for name, values in self.series.items():
                lines.append("# TYPE %s %s" % (name, self.kinds[name]))
                lines += ["%s{%s} %r" % (name, key, value) if key else "%s %r" % (name, value) for key, value in values.items()]
        return "".join(line + "\n" for line in lines).encode()


def escape(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


METRICS = Metrics()


def read_request(stream):
    """Returns (method, target, lines of the header, body), or None when the peer is done."""
    line = stream.readline(MAX_LINE)
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    lines, size, chunked = [], 0, False
    while True:
        line = stream.readline(MAX_LINE)
        if not line.strip():
            break
        lines.append(line)
        if line[0] in b"CcTt":
            name, _, value = line.lower().partition(b":")
            if name == b"content-length":
                size = int(value)
            elif name == b"transfer-encoding":
                chunked = value.strip() == b"chunked"
    body = b"".join(read_chunks(stream)) if chunked else read_exactly(stream, size)
    return method, target, lines, body


def parse_headers(lines):
    headers = Headers()
    for line in lines:
        name, _, value = line.decode("latin-1").rstrip("\r\n").partition(":")
        value = value.strip()
        headers[name] = headers[name] + ", " + value if name in headers else value
    return headers


def read_exactly(stream, size):
    data = stream.read(size) if size else b""
    if len(data) < size:
        raise EOFError("the request ended early")
    return data


def read_chunks(stream):
    while True:
        size = int(stream.readline(MAX_LINE).split(b";")[0], 16)
        if size == 0:
            while stream.readline(MAX_LINE).strip():  # trailers
                pass
            return
        yield read_exactly(stream, size)
        stream.readline(MAX_LINE)


def normalise(result):
    """Turns whatever a handler returned into (status, headers, body)."""
    status, headers, body = 200, Headers(), result
    if isinstance(result, dict) and ("statusCode" in result or "body" in result):
        status, body = int(result.get("statusCode", 200)), result.get("body")
        given = result.get("headers") or {}
        headers = Headers(given.items() if isinstance(given, dict) else given)
    if body is None:
        body, kind = b"", None
    elif isinstance(body, str):
        body, kind = body.encode(), "text/plain; charset=utf-8"
    elif isinstance(body, (bytes, bytearray, memoryview)):
        body, kind = bytes(body), "application/octet-stream"
    elif isinstance(body, (dict, list, tuple, int, float, bool)):
        import json
        body, kind = (json.dumps(body) + "\n").encode(), "application/json"
    elif hasattr(body, "__iter__"):
        kind = "application/octet-stream"
    else:
        raise TypeError("handle returned a %s" % type(body).__name__)
    if kind and "Content-Type" not in headers:
        headers["Content-Type"] = kind
    return status, headers, body


def call(handle, request):
    """Calls the handler; an exception becomes a 500 and a traceback in the log."""
    method, target, lines, body = request
    try:
        if handle.__code__.co_argcount == 1:
            return normalise(handle(body.decode("utf-8", "replace")))
        event = Event(method, target, lines, body)
        return normalise(handle(event, Context(event)))
    except Exception as error:
        import traceback
        traceback.print_exc()
        return normalise({"statusCode": 500, "body": "the handler failed: %s: %s\n" % (type(error).__name__, error)})


def head(status, headers):
    lines = ["HTTP/1.1 %d %s" % (status, REASONS.get(status, "Status"))]
    for name, value in headers.items():
        for one in value if isinstance(value, (list, tuple)) else [value]:
            lines.append("%s: %s" % (name, str(one).replace("\r", " ").replace("\n", " ")))
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def send(conn, method, answer):
    status, headers, body = answer
    for name in ("Connection", "Transfer-Encoding", "Content-Length"):
        headers.pop(name, None)
    bare = method == "HEAD" or status in (204, 304)
    if isinstance(body, bytes):
        if status not in (204, 304):
            headers["Content-Length"] = str(len(body))
        conn.sendall(head(status, headers) + (b"" if bare else body))
        return
    headers["Transfer-Encoding"] = "chunked"
    conn.sendall(head(status, headers))
    for part in body:
        part = part.encode() if isinstance(part, str) else bytes(part)
        if part and not bare:
            conn.sendall(b"%x\r\n%s\r\n" % (len(part), part))
    conn.sendall(b"0\r\n\r\n")


def serve(conn, handle):
    """Answers the requests of one connection until the watchdog closes it."""
    try:
        conn.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        stream = open(conn.fileno(), "rb", 65536, closefd=False)
        while True:
            request = read_request(stream)
            if request is None:
                return
            if request[1] == "/_/metrics":
                send(conn, "GET", normalise(METRICS.text()))
                continue
            send(conn, request[0], call(handle, request))
    except (OSError, EOFError, ValueError):
        pass  # the peer is gone, or a stream broke: the connection says so
    except Exception:
        import traceback
        traceback.print_exc()
    finally:
        conn.close()


def load():
    sys.path.insert(0, FUNCTION_DIR)
    import handler
    return handler.handle


def main():
    handle = load()  # before listening: the watchdog takes that for readiness
    address = os.environ.get("upstream_url", "http://127.0.0.1:5000").split("//")[-1].strip("/")
    host, _, port = address.rpartition(":")
    listener = _socket.socket()
    listener.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen(1024)
    while True:
        conn = _socket.socket(fileno=listener._accept()[0])
        threading.Thread(target=serve, args=(conn, handle), daemon=True).start()


if __name__ == "__main__":
    threading.stack_size(512 * 1024)
    main()
