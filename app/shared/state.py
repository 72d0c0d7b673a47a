"""What the requests of one application share: settings, counters, limits and the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flask import current_app, request
from werkzeug.datastructures import FileStorage

from app.incoming.contributions import keep_photo
from app.incoming.form import Upload, read_uploads
from app.problem import Problem, no_model
from app.recognition.as_json import TOP_THEMES, in_words
from app.recognition.recognizer import Recognizer
from app.settings import MEGABYTE, Settings
from app.shared.client_limits import ClientLimit
from app.shared.metrics import Metrics

KEY = "lego-themer"


@dataclass(frozen=True)
class State:
    """The settings, the counters, the limits for clients, the model and its description; None without a model.

    `digests` are those of the model and its index when they were loaded: pairs of a path in dvc.lock and an MD5.
    `is_unreadable` says whether there is a model that can't be read.
    """

    settings: Settings
    metrics: Metrics
    uploads: ClientLimit
    contributions: ClientLimit
    recognizer: Recognizer | None
    model: dict[str, Any] | None
    is_unreadable: bool = False
    digests: set[tuple[str, str]] | None = None

    def required_recognizer(self) -> Recognizer:
        """Return the recognizer; raise Problem without a model."""
        if self.recognizer is None:
            raise no_model(self.is_unreadable)
        return self.recognizer

    def predict(
        self, uploads: Sequence[Upload], heat_map: bool, preview: bool = False, top: int = TOP_THEMES
    ) -> list[dict[str, Any]]:
        """Return and count an entry for each upload: {"file", ...} with its prediction or with "problem".

        Raises:
            Problem: the server is busy, or there is no model.
        """
        found = self.required_recognizer().predict(uploads, heat_map, preview, top)
        for one in found:
            if isinstance(one, Problem):
                self.metrics.count_refused(one.title)
            else:
                self.metrics.count_picture(in_words(one["theme"], one["none_of_these"]))
        return [entry(upload.name, one, request.script_root) for upload, one in zip(uploads, found, strict=True)]

    def keep(self, files: list[FileStorage], theme: str, address: str | None) -> Path:
        """Keep the one picture of a form for the next training; return its path within the folder of photos.

        Raises:
            Problem: there is no model, the form does not hold one picture, the client at this address has contributed
                too much, the theme is unknown, or the folder is full.
        """
        recognizer = self.required_recognizer()
        [upload] = read_uploads(files, maximum_files=1)
        picture, labels = recognizer.read(upload), recognizer.predictor.labels
        maximum_bytes = self.settings.contributed_megabytes * MEGABYTE
        with self.contributions.counted(address):
            return keep_photo(picture, theme, labels, self.settings.photos, maximum_bytes)


def entry(file: str, found: dict[str, Any] | Problem, url_prefix: str) -> dict[str, Any]:
    """Return the JSON entry of a file: its prediction, or its problem. Links in it start with `url_prefix`."""
    if isinstance(found, Problem):
        return {"file": file, "problem": found.as_dict(url_prefix)}
    for near in found["similar"]:
        near["thumbnail"] = near["thumbnail"] and url_prefix + near["thumbnail"]
    return {"file": file, **found}


def state() -> State:
    """Return the state of the application that handles the request."""
    return cast(State, current_app.extensions[KEY])
