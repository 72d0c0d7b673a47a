"""The pages, as they are without a script."""

from flask import Blueprint, Response, render_template, request, send_from_directory
from werkzeug.exceptions import NotFound

from app import about, uploads
from app.api import kept
from app.state import state
from themer.pictures import picture_path

pages = Blueprint("pages", __name__)
contributing = Blueprint("contributing_page", __name__)
ONE_DAY = 86_400


@pages.get("/")
def index() -> str | tuple[str, int]:
    """Show the page that pictures are dropped on."""
    if state().recognizer is None:
        return render_template("no_model.html"), 503
    return render_template("index.html", **_options())


@pages.post("/")
def upload() -> str:
    """Answer the plain form."""
    state().uploads.require(request.remote_addr)
    options = _options()
    sent = uploads.read_uploads(request.files.getlist(uploads.FIELD), state().settings.maximum_files)
    return render_template("results.html", results=state().answer(sent, heat_map=True, preview=True), **options)


@contributing.post("/contribute")
def contribute() -> tuple[str, int]:
    """Keep the picture of the plain form."""
    theme = request.form.get("theme", "")
    kept(request.files.getlist(uploads.FIELD), theme)
    return render_template("contributed.html", theme=theme), 201


@pages.get("/about")
def show_about() -> str:
    """Tell what the model is, and how good."""
    return render_template("about.html", about=about.about(state().model, state().settings.root))


@pages.get("/plots/<name>")
def plot(name: str) -> Response:
    """Send one of the pictures that the pipeline makes."""
    if name not in about.PLOTS:
        raise NotFound
    return send_from_directory(state().settings.root.resolve() / "plots", name, max_age=60)


@pages.get("/sets/<set_id>.jpg")
def thumbnail(set_id: str) -> Response:
    """Send the thumbnail of a set."""
    path = picture_path(state().settings.thumbnails.resolve(), set_id)
    return send_from_directory(path.parent, path.name, max_age=ONE_DAY)


def _options() -> dict[str, object]:
    """Return what the pages with a form need to know."""
    settings = state().settings
    return {
        "labels": state().required_recognizer().predictor.labels,
        "contributions": settings.contributions,
        "maximum_files": settings.maximum_files,
        "maximum_megabytes": settings.maximum_megabytes,
    }
