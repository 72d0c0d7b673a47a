"""A real server with a small trained model, and a real browser."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from app import create_app
from app.settings import Settings
from tests.app.browser.chromium import OPTIONS, require_chromium
from tests.app.servers import port_of, running
from tests.conftest import PROJECT


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Serve the app on a free port of loopback; yield its address."""
    with running(create_app(settings)) as server:
        yield f"http://127.0.0.1:{port_of(server)}"


@pytest.fixture(scope="session")
def project(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a small model that keeps contributions; metrics and plots are this project's."""
    folder = shutil.copytree(root, tmp_path_factory.mktemp("browser") / "project")
    for name in ("metrics", "plots"):
        shutil.copytree(PROJECT / name, folder / name, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def site(project: Path) -> Iterator[str]:
    """The address of a server that accepts contributions."""
    with served(Settings(root=project, contributions=True, maximum_megabytes=1, requests_per_minute=0)) as address:
        yield address


@pytest.fixture(scope="session")
def plain_site(project: Path) -> Iterator[str]:
    """The address of a server that accepts no contributions."""
    with served(Settings(root=project, requests_per_minute=0)) as address:
        yield address


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server without a model."""
    with served(Settings(root=tmp_path_factory.mktemp("empty"))) as address:
        yield address


@contextmanager
def opening(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page; any error in its script fails at the end."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(address: str, **options: object) -> Page:
        for name in sorted(OPTIONS & options.keys()):
            require_chromium(browser, name)
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)
        # Registered before the page loads: otherwise a file chooser may open, and close, before a test waits for it.
        page.on("filechooser", lambda chooser: None)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page for one test; any error in its script fails the test."""
    with opening(browser) as opened:
        yield opened


@pytest.fixture(scope="module")
def open_shared_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page for several tests, none of which disturbs the others."""
    with opening(browser) as opened:
        yield opened


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[str]]:
    """Return a function that lists the violations that axe finds on a page."""
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    # Listing what passes would take longer than finding the violations.
    options = {"runOnly": {"type": "tag", "values": rules}, "resultTypes": ["violations"]}

    def found(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        results = page.evaluate("options => axe.run(options).then((results) => results.violations)", options)
        return [f"{one['id']}: {node['html']}" for one in results for node in one["nodes"]]

    return found
