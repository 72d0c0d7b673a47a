"""The built-in catalogue, served with faults: a share of the requests fails, each time in one of several ways."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from sample.services.responses import Answer
from sample.services.server import Handler
from tests.end_to_end.catalogue import CountedCatalogue

LOOP = "/loop"
# Longer than clients wait for a picture here.
STALL_SECONDS = 5


class FaultyHandler(Handler):
    """Answers with a fault where the catalogue says so."""

    server: "FaultyCatalogue"

    def do_GET(self) -> None:
        """Send the response, or a fault instead."""
        fault = self.server.fault(urlsplit(self.path).path)
        if fault is None:
            super().do_GET()
        else:
            FAULTS[fault](self)

    def fail(self, answer: Answer, missing_bytes: int = 0) -> None:
        """Send a response without some of its bytes, and close the connection."""
        length = {"Content-Length": str(len(answer.body) + missing_bytes)}
        self.send(Answer(answer.body, answer.kind, answer.status, {**answer.headers, **length}), tag="")
        self.close_connection = True

    def stall(self) -> None:
        """Send nothing for a time, or until the catalogue ends."""
        self.server.ended.wait(STALL_SECONDS)
        self.close_connection = True


FAULTS: dict[str, Callable[[FaultyHandler], None]] = {
    "500": lambda to: to.fail(Answer(b"", status=500)),
    "503": lambda to: to.fail(Answer(b"", status=503, headers={"Retry-After": "soon"})),
    "429": lambda to: to.fail(Answer(b"", status=429, headers={"Retry-After": "0.5"})),
    "stall": FaultyHandler.stall,
    "closed connection": lambda to: setattr(to, "close_connection", True),
    "cut body": lambda to: to.fail(Answer(b"a part"), missing_bytes=1000),
    "HTML": lambda to: to.fail(Answer(b"<html>Back soon</html>", "text/html")),
    "nothing": lambda to: to.fail(Answer(b"")),
    "redirect loop": lambda to: to.fail(Answer(b"", status=302, headers={"Location": LOOP})),
}


class FaultyCatalogue(CountedCatalogue):
    """Both services, of which a share of the requests fails; `requests` counts the others."""

    def __init__(self, share: float, seed: int = 0) -> None:
        super().__init__()
        self.RequestHandlerClass = FaultyHandler
        self.faults: Counter[str] = Counter()
        self.ended = threading.Event()
        self._share, self._seed, self._asked = share, seed, Counter[str]()

    def fault(self, path: str) -> str | None:
        """Return how the next request for a path fails, or None. It follows from the path, the seed and the turn."""
        if path == LOOP:
            return "redirect loop"
        with self._counting:
            self._asked[path] += 1
            drawn = random.Random(f"{self._seed} {path} {self._asked[path]}")
            if drawn.random() >= self._share:
                return None
            fault = drawn.choice([*FAULTS])
            self.faults[fault] += 1
            self.watch()
            return fault

    @property
    def pictures_asked(self) -> int:
        """How many requests for pictures arrived, with those that failed."""
        return sum(count for path, count in self._asked.items() if path.endswith(".jpg"))

    def shutdown(self) -> None:
        """End, and let go of the clients that wait."""
        self.ended.set()
        super().shutdown()
