"""Counts requests and prints them as Prometheus text (format 0.0.4)."""

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Metrics:
    """One counter by code, one latency histogram, one info gauge. Not thread-safe."""

    def __init__(self, model, version):
        self.model = model
        self.version = version
        self.requests = {"200": 0, "400": 0}
        self.buckets = [0] * len(BUCKETS)
        self.count = 0
        self.sum = 0.0

    def observe(self, status, seconds):
        code = str(status)
        self.requests[code] = self.requests.get(code, 0) + 1
        self.count += 1
        self.sum += seconds
        for i, bound in enumerate(BUCKETS):
            if seconds <= bound:
                self.buckets[i] += 1

    def text(self):
        total, latency, info = "model_server_requests_total", "model_server_request_duration_seconds", "model_server_model_info"
        lines = [f"# HELP {total} Predictions asked for, by HTTP status code.", f"# TYPE {total} counter"]
        lines += [f'{total}{{code="{code}"}} {n}' for code, n in sorted(self.requests.items())]
        lines += [f"# HELP {latency} Time to answer one prediction.", f"# TYPE {latency} histogram"]
        lines += [f'{latency}_bucket{{le="{bound}"}} {n}' for bound, n in zip(BUCKETS, self.buckets)]
        lines += [f'{latency}_bucket{{le="+Inf"}} {self.count}', f"{latency}_sum {self.sum}", f"{latency}_count {self.count}"]
        lines += [f"# HELP {info} The model version being served; always 1.", f"# TYPE {info} gauge"]
        lines += [f'{info}{{model="{self.model}",version="{self.version}"}} 1']
        return "\n".join(lines) + "\n"
