"""The pages, as they are without a script."""

from flask import Blueprint, Response, render_template, request, send_from_directory
from werkzeug.exceptions import NotFound

from app import about, uploads
from app.state import state
from themer.pictures import picture_path

pages = Blueprint("pages", __name__)
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
    recognizer = state().required_recognizer()
    sent = uploads.read_uploads(request.files.getlist(uploads.FIELD), state().settings.maximum_files)
    return render_template("results.html", results=recognizer.answer(sent, heat_map=True, preview=True), **_options())


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
    path = picture_path(state().settings.root.resolve() / "data" / "thumbnails", set_id)
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
