"""The web page, the API and the command line: upload a picture, get its theme.

Everything here runs the exported model with `themer.answering`. Nothing here trains or evaluates.
"""

from themer.base.stopping import is_run, stop_as_usual, stop_quietly

if is_run():
    stop_quietly()

from typing import TYPE_CHECKING

from themer.base.arithmetic import prepare
from themer.base.errors import explained

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings

# Before any module imports numpy. Whoever imports the package for lego-themer has not come to call this.
stop_quietly()
explained(prepare)()
if not is_run():
    stop_as_usual()


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Return the application, by default with settings from the environment: `flask --app app run`."""
    # `python -m app.predict` imports this package too, and starts faster without Flask.
    from app.factory import build_app
    from app.settings import Settings

    return build_app(settings or Settings())
