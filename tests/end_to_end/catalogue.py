"""The built-in catalogue, served where a test can count the requests and intervene."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult

from sample.services.server import Answer, Server


class CountedCatalogue(Server):
    """Both services on a free port; counts the requests for each path and shows every one to `watch` first."""

    def __init__(self) -> None:
        super().__init__(0, 0, 0)
        self.requests: Counter[str] = Counter()
        self.watch: Callable[[], None] = lambda: None
        self._counting = threading.Lock()

    def answer(self, url: SplitResult, host: str) -> Answer:
        with self._counting:
            self.requests[url.path] += 1
            self.watch()
        return super().answer(url, host)

    @property
    def pictures_requested(self) -> Counter[str]:
        """How often each picture was requested."""
        return Counter({path: count for path, count in self.requests.items() if path.endswith(".jpg")})

    @property
    def source(self) -> dict[str, object]:
        """The section of params.yaml that describes this catalogue."""
        url = f"http://127.0.0.1:{self.server_port}"
        return {
            "brick_insights": url,
            "rebrickable": url,
            "api_requests_per_minute": None,
            "pictures_per_second": None,
        }


@contextmanager
def counted_catalogue() -> Iterator[CountedCatalogue]:
    """Serve while the block lasts."""
    with CountedCatalogue() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
