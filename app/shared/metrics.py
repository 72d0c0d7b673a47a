"""Counters for Prometheus. Nothing in them identifies a client."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

# Up to the default of `timeout_seconds`.
SECONDS = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 20)


class Metrics:
    """The counters of one application.

    Args:
        waiting: returns the number of pictures that wait for the model.
    """

    def __init__(self, waiting: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter("requests", "Requests", ["method", "route", "status"], registry=self.registry)
        self._seconds = Histogram(
            "request_seconds", "Duration of a request", ["route"], buckets=SECONDS, registry=self.registry
        )
        self._pictures = Counter(
            "pictures", "Pictures by theme, 'not sure' or 'none of these themes'", ["answer"], registry=self.registry
        )
        self._refused = Counter("pictures_refused", "Refused files by problem", ["problem"], registry=self.registry)
        queue = Gauge("waiting_pictures", "Pictures that wait for the model", registry=self.registry)
        queue.set_function(waiting)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request to a route, for example /sets/<path:set_id>.jpg."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_picture(self, answer: str) -> None:
        """Count a prediction by its theme, or by what the model said in place of one."""
        self._pictures.labels(answer).inc()

    def count_refused(self, problem: str) -> None:
        """Count a file that is not a readable picture, by the title of its problem."""
        self._refused.labels(problem).inc()

    def text(self) -> bytes:
        """Return all counters in Prometheus's text format."""
        return generate_latest(self.registry)
