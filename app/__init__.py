"""The web page and the API: drop a picture, get its theme, see why."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Return the application, by default with the settings of the environment: flask --app app run."""
    # Imported here, so that `python -m app.predict` starts without Flask.
    from app.factory import build_app
    from app.settings import Settings

    return build_app(settings or Settings())
