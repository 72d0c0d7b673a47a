"""A small project with a model that knows drawn sets, and the application that serves it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.settings import Settings
from tests.drawn_project import shared_project


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project whose model and index were made in seconds; not to be changed."""
    return shared_project(tmp_path_factory)


@pytest.fixture
def client_of(root: Path) -> Callable[..., FlaskClient]:
    """Return a function that returns a client of the application with some settings."""

    def make(**settings: Any) -> FlaskClient:
        return create_app(Settings(**{"root": root, "requests_per_minute": 0, **settings})).test_client()

    return make


@pytest.fixture
def client(client_of: Callable[..., FlaskClient]) -> FlaskClient:
    """A client of the application with its default settings, but for the limit of requests."""
    return client_of()
