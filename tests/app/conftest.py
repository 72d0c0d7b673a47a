"""A small project with a model that knows drawn sets, and the application that serves it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.settings import Settings
from tests.drawn_project import shared_project


class Client(FlaskClient):
    """A client that reads each answer to its end, as a server does, which is when it is counted."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        """Send a request, and return what came back."""
        return super().open(*arguments, **{"buffered": True, **options})


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project whose model and index were made in seconds; not to be changed."""
    return shared_project(tmp_path_factory)


@pytest.fixture
def client_of(root: Path) -> Callable[..., FlaskClient]:
    """Return a function that returns a client of the application with some settings."""

    def make(**settings: Any) -> FlaskClient:
        application = create_app(Settings(**{"root": root, "requests_per_minute": 0, **settings}))
        application.test_client_class = Client
        return application.test_client()

    return make


@pytest.fixture
def client(client_of: Callable[..., FlaskClient]) -> FlaskClient:
    """A client of the application with its default settings, but for the limit of requests."""
    return client_of()
