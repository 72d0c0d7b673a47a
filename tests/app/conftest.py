"""A small project with a model of drawn sets, and the application that serves it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.settings import Settings
from tests.drawn_project import shared_project


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --quick, leave out the tests with a model, since making it takes TensorFlow."""
    if config.getoption("--quick"):
        slow = [item for item in items if "root" in getattr(item, "fixturenames", ())]
        items[:] = [item for item in items if item not in slow]
        config.hook.pytest_deselected(items=slow)


class Client(FlaskClient):
    """A client that reads each response to its end, as a server does. Only then is the request counted."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        """Send a request and return the response."""
        return super().open(*arguments, **{"buffered": True, **options})


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project with a model and its index; read-only."""
    return shared_project(tmp_path_factory)


@pytest.fixture(scope="session")
def application(root: Path) -> Flask:
    """The application with default settings but without a limit of requests; all tests of a worker share it."""
    return made(root=root)


@pytest.fixture
def client_of(root: Path) -> Callable[..., FlaskClient]:
    """Return a function that returns a client of a new application with some settings."""
    return lambda **settings: made(**{"root": root, **settings}).test_client()


@pytest.fixture
def client(application: Flask) -> FlaskClient:
    """A client of the shared application."""
    return application.test_client()


def made(**settings: Any) -> Flask:
    """Return an application, by default without a limit of requests."""
    application = create_app(Settings(**{"requests_per_minute": 0, **settings}))
    application.test_client_class = Client
    return application
