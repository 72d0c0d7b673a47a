"""The routes of the pages. They work without JavaScript."""

import logging
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_from_directory
from werkzeug.exceptions import NotFound

from app.incoming.body import require_once
from app.incoming.form import FIELD, read_uploads
from app.page.about import PLOTS, about
from app.page.results import Results
from app.settings import MEGABYTE
from app.shared.state import state
from themer.pictures.files import picture_path

pages = Blueprint("pages", __name__)
contributing = Blueprint("contributing_page", __name__)
# Sets 42070-1, 71001-14 and 4612-2 of the built-in catalogue, all in its test split.
EXAMPLES = {"digger.jpg": "A digger", "king.jpg": "A king with a sceptre", "car.jpg": "A driver, a car and a figure"}
log = logging.getLogger(__name__)

ONE_DAY_SECONDS = 86_400
ONE_MINUTE_SECONDS = 60


@pages.get("/")
def index() -> str | tuple[str, int]:
    """Show the page that takes pictures."""
    if state().recognizer is None:
        return render_template("no_model.html", is_unreadable=state().is_unreadable), 503
    return render_template("index.html", **_options())


@pages.post("/")
def upload() -> str:
    """Show the predictions for the pictures of the plain form."""
    state().uploads.require(request.remote_addr)
    options = _options()
    uploads = read_uploads(request.files.getlist(FIELD), state().settings.maximum_files)
    return render_template("results.html", results=state().predict(uploads, heat_map=True, preview=True), **options)


@contributing.post("/contribute")
def contribute() -> tuple[str, int]:
    """Keep the picture of the plain form, and say thank you."""
    state().uploads.require(request.remote_addr)
    require_once(request.form)
    theme = request.form.get("theme", "")
    state().keep(request.files.getlist(FIELD), theme, request.remote_addr)
    return render_template("contributed.html", theme=theme), 201


@pages.get("/about")
def show_about() -> str:
    """Show what the model is, and how good it is."""
    described = about(state().model, state().settings.root, state().digests)
    return render_template("about.html", about=described, is_unreadable=state().is_unreadable)


@pages.get("/plots/<name>")
def plot(name: str) -> Response:
    """Send one of the two plots on the page About, if it is of the loaded model."""
    if name not in PLOTS or not Results(state().settings.root, state().digests).are_of_model:
        raise NotFound
    # Flask takes a relative path for one in the package of the pages.
    path = state().settings.root.resolve() / PLOTS[name]
    return _file(path, ONE_MINUTE_SECONDS)


@pages.get("/sets/<path:set_id>.jpg")
def thumbnail(set_id: str) -> Response:
    """Send a set's picture."""
    path = picture_path(state().settings.thumbnails.resolve(), set_id)
    return _file(path, ONE_DAY_SECONDS)


def _file(path: Path, maximum_age_seconds: int) -> Response:
    """Send a file; raise NotFound if it isn't there or can't be read."""
    try:
        return send_from_directory(path.parent, path.name, max_age=maximum_age_seconds)
    except OSError as error:
        log.warning("%s can't be sent: %s", path, error.strerror)
        raise NotFound from None


def _options() -> dict[str, object]:
    """Return the variables of the pages with a form; raise Problem without a model."""
    settings = state().settings
    predictor = state().required_recognizer().predictor
    return {
        "labels": predictor.labels,
        "fill": "rgb({}, {}, {})".format(*predictor.description.fill),
        "examples": EXAMPLES,
        "contributions": settings.contributions,
        "maximum_files": settings.maximum_files,
        "maximum_megabytes": settings.maximum_megabytes,
        "all_megabytes": settings.maximum_request_bytes // MEGABYTE,
        # Of every format; the limit for a JPEG is twice as high.
        "maximum_pixels": settings.limits.maximum_pixels // 2,
        "maximum_side": settings.limits.maximum_side,
    }
