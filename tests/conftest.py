"""Shared by many tests: a real site on loopback, pictures, the project's own params, and options."""

import gc
import io
import os
import shutil
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import grimp
import hypothesis
import pytest
import yaml
from PIL import Image, ImageDraw

from themer.catalogue.download_cache import FOLDER_VARIABLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROJECT = Path(__file__).parent.parent
REAL_DATA = PROJECT.parent / "shared" / "real"
# The longest files start first, so that all workers end at about the same time.
LONGEST = (
    "test_pipeline",
    "test_same_bytes",
    "test_every_network",
    "test_interrupted_download",
    "test_accessibility",
    "test_cluster",
    "test_faults",
    "test_plots_page",
    "test_page",
    "test_real_data",
    "test_running",
    "test_fit",
    "test_train",
    "test_served_model",
    "test_many",
    "test_features",
    "test_downloads",
)
# With --quick: no test that imports this module, nor those whose point is another program: DVC, make, git, browsers,
# clusters, and this project's own commands.
SLOW_MODULE = "themer.base.quiet_tensorflow"
SLOW_FILES = {
    "test_clone",
    "test_cluster",
    "test_command",
    "test_dvc_yaml",
    "test_makefile",
    "test_plots_page",
    "test_processes",
    "test_recorded",
    "test_running",
    "test_same_bytes",
}
SLOW_FOLDERS = {"end_to_end", "browser"}

# A file to which nothing can be written, as on a full disk.
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")

# The first one that is installed. Chromium's shell without windows takes half of its processor time.
BROWSERS = {"chromium": ("chromium-headless-shell", "chromium"), "firefox": ("firefox", "firefox-esr")}
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
FAKE_CAMERA_IN_FIREFOX = {"media.navigator.streams.fake": True, "media.navigator.permission.disabled": True}

# Keras creates so many objects that collecting garbage at the default rate takes a tenth of its time.
gc.set_threshold(50_000, 50, 100)

# A job in the background ignores Ctrl-C, and so would the processes that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine must not fail a property.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --quick, for the inner loop of development, and --firefox."""
    parser.addoption("--quick", action="store_true", help="leave out what needs TensorFlow or other programs")
    parser.addoption("--firefox", action="store_true", help="test the page in Firefox instead of Chromium")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With --quick, leave out the test files that need TensorFlow or much of another program."""
    if not config.getoption("--quick"):
        return None
    if collection_path.is_dir():
        return collection_path.name in SLOW_FOLDERS or None
    is_test = collection_path.stem.startswith("test_")
    return is_test and (collection_path.stem in SLOW_FILES or needs_tensorflow(collection_path)) or None


@cache
def import_graph() -> grimp.ImportGraph:
    """Return what the project's modules import, directly and indirectly."""
    return grimp.build_graph("tests", "stages", "themer", "app", "tools", "sample")


def needs_tensorflow(test_file: Path) -> bool:
    """Return whether a test file imports TensorFlow, directly or indirectly."""
    module = ".".join(test_file.relative_to(PROJECT).with_suffix("").parts)
    return SLOW_MODULE in import_graph().find_upstream_modules(module)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a quick run that has imported TensorFlow after all."""
    if session.config.getoption("--quick") and not session.testsfailed and "tensorflow" in sys.modules:
        pytest.exit("--quick: a test imports TensorFlow; see needs_tensorflow in tests/conftest.py", returncode=1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the order within a file, and of all others, stays."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a cache of downloads of its own: the next test may get the port of this one's site."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path_factory.getbasetemp() / "caches" / uuid4().hex))


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config) -> Iterator["Browser"]:
    """A headless browser, one for all tests of a worker."""
    # Imported here, since most tests need none.
    from playwright.sync_api import Error, sync_playwright

    name = "firefox" if pytestconfig.getoption("--firefox") else "chromium"
    path = next(filter(None, map(shutil.which, BROWSERS[name])), None)
    if path is None:
        pytest.skip(f"needs {name}")
    with sync_playwright() as playwright:
        if name == "firefox":
            running = playwright.firefox.launch(
                executable_path=path, channel="moz-firefox", firefox_user_prefs=FAKE_CAMERA_IN_FIREFOX
            )
            try:
                running.new_context().close()
            except Error as error:
                pytest.skip(f"this Playwright can't drive this Firefox: {error}")
        else:
            running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *FAKE_CAMERA])
        yield running
        running.close()


@dataclass
class Site:
    """A web site on loopback that gives prepared answers and records the requests."""

    url: str
    answers: dict[str, list[tuple[int, bytes, dict[str, str]]]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    watch: Callable[[str], None] = lambda path: None

    def put(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Set the answer for a path; a second call for the same path adds the answer that follows."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.setdefault(path, []).append((status, body, named))

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """Return the next answer for a path; the last one stays."""
        self.requests.append((path, headers))
        waiting = self.answers.get(path, [(404, b"not found", {})])
        status, body, named = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if named.get("ETag") and headers.get("If-None-Match") == named["ETag"]:
            return 304, b"", named
        return status, body, named

    def request_counts(self) -> Counter[str]:
        """Return how often each path was requested, without robots.txt."""
        return Counter(path for path, _ in self.requests if path != "/robots.txt")


@pytest.fixture
def site() -> Iterator[Site]:
    """A running site that answers 404 until told otherwise."""
    with ThreadingHTTPServer(("127.0.0.1", 0), None) as server:  # type: ignore[arg-type]
        found = Site(f"http://127.0.0.1:{server.server_port}")
        server.RequestHandlerClass = handler_for(found)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield found
        server.shutdown()


def handler_for(site: Site) -> type[BaseHTTPRequestHandler]:
    """Return a request handler that gives the site's answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or a body would wait 40 ms for its headers to be acknowledged

        def do_GET(self) -> None:
            site.watch(self.path)
            status, body, headers = site.answer(self.path, dict(self.headers))
            self.send_response(status)
            self.close_connection = headers.get("Connection") == "close"
            length = {} if self.close_connection else {"Content-Length": str(len(body))}
            for name, value in {**length, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler


def picture_bytes(seed: int = 0, size: tuple[int, int] = (60, 40), kind: str = "JPEG") -> bytes:
    """Return a small picture, another one for each seed."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for step in range(6):
        place = [(seed * 7 + step * 11) % size[0], (seed * 13 + step * 17) % size[1]]
        draw.rectangle(
            [*place, place[0] + 5 + seed % 9, place[1] + 9], fill=((seed * 37 + step * 60) % 256, step * 40, seed % 256)
        )
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


@contextmanager
def without_privileges() -> Iterator[None]:
    """Give up the rights of the superuser, if this process has them: they ignore permissions."""
    user = os.geteuid()
    os.seteuid(65534 if user == 0 else user)
    try:
        yield
    finally:
        os.seteuid(user)


def change(params: dict, changes: dict[str, object]) -> None:
    """Change values of params in place, `{"fetch.limit": 3}`."""
    for key, value in changes.items():
        *sections, last = key.split(".")
        section = params
        for name in sections:
            section = section[name]
        section[last] = value


def write_changed_params(changes: dict[str, object]) -> None:
    """Write the project's params with changes to the current folder."""
    values = yaml.safe_load((PROJECT / "params.yaml").read_text())
    change(values, changes)
    Path("params.yaml").write_text(yaml.safe_dump(values))


@pytest.fixture
def params() -> dict:
    """The values of the project's own params.yaml, to be changed by a test."""
    return yaml.safe_load((PROJECT / "params.yaml").read_text())


@pytest.fixture
def write_params(tmp_path: Path, params: dict) -> Callable[..., Path]:
    """Return a function that writes the params with changes such as {"fetch.limit": 3}, and returns the path."""

    def write(changes: dict[str, object]) -> Path:
        change(params, changes)
        path = tmp_path / "params.yaml"
        path.write_text(yaml.safe_dump(params, sort_keys=False, allow_unicode=True))
        return path

    return write
