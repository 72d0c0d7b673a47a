"""What the server counts, for Prometheus; nothing in it tells one client from another."""

from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

NOT_SURE = "not sure"
SECONDS = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 20)


class Metrics:
    """The counters of one application."""

    def __init__(self, waiting: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter("requests", "Requests answered", ["method", "route", "status"], registry=self.registry)
        self._seconds = Histogram(
            "request_seconds", "Time to answer a request", ["route"], buckets=SECONDS, registry=self.registry
        )
        self._pictures = Counter(
            "pictures", "Pictures answered, by theme or 'not sure'", ["answer"], registry=self.registry
        )
        self._refused = Counter(
            "pictures_refused", "Pictures not read, by problem", ["problem"], registry=self.registry
        )
        queue = Gauge("waiting_pictures", "Pictures that wait for the model", registry=self.registry)
        queue.set_function(waiting)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request to a route, such as /sets/<set_id>.jpg."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_answers(self, entries: Iterable[dict[str, Any]]) -> None:
        """Count what the entries of a response say."""
        for entry in entries:
            if "error" in entry:
                self._refused.labels(entry["error"]["title"]).inc()
            else:
                self._pictures.labels(entry["theme"] or NOT_SURE).inc()

    def text(self) -> bytes:
        """Return all of it in Prometheus's text format."""
        return generate_latest(self.registry)
