"""The built-in catalogue, served where a test can count the requests and intervene."""

import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from urllib.parse import SplitResult

from sample.services.server import Answer, Server
from tests.end_to_end.project import ProjectCopy


@cache
def drawn_once(function: Callable[..., bytes], *arguments: object) -> bytes:
    """Return what a function draws, for all catalogues of this process."""
    return function(*arguments)


def draw(picture: partial[bytes]) -> bytes:
    """Return a picture, drawn only if no catalogue has shown it yet."""
    return drawn_once(picture.func, *picture.args)


class CountedCatalogue(Server):
    """Both services on a free port; counts the requests for each path and shows every one to `watch` first."""

    def __init__(self) -> None:
        super().__init__(0, 0, 0, draw)
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
    def pictures_asked(self) -> int:
        """How many requests for pictures arrived."""
        return self.pictures_requested.total()

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
def serving(catalogue: CountedCatalogue) -> Iterator[None]:
    """Serve a catalogue while the block lasts."""
    threading.Thread(target=catalogue.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield
    catalogue.shutdown()


@contextmanager
def counted_catalogue() -> Iterator[CountedCatalogue]:
    """Serve while the block lasts."""
    with CountedCatalogue() as server, serving(server):
        yield server


def run_until_killed(project: ProjectCopy, catalogue: CountedCatalogue, pictures: int, *command: str) -> int:
    """Run a command, kill all its processes once this many requests for pictures arrived, and return its status."""
    running = subprocess.Popen(
        command,
        cwd=project.folder,
        env=project.environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def kill_at_the_moment() -> None:
        if catalogue.pictures_asked >= pictures:
            os.killpg(running.pid, signal.SIGKILL)
            catalogue.watch = lambda: None

    catalogue.watch = kill_at_the_moment
    return running.wait(300)


def without_port(contents: dict[str, bytes], catalogue: CountedCatalogue) -> dict[str, bytes]:
    """Return the files with the catalogue's address, in which two runs differ, left out.

    The port alone would not do: its five digits also occur in some digest, once in forty runs.
    """
    address = f"127.0.0.1:{catalogue.server_port}".encode()
    return {path: content.replace(address, b"ADDRESS") for path, content in contents.items()}
