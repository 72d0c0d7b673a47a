"""What the requests of one application share."""

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app

from app.client_limits import ClientLimit
from app.metrics import Metrics
from app.problem_kinds import Kind
from app.problems import Problem, no_model
from app.recognition import Recognizer, Upload
from app.settings import Settings

KEY = "lego-themer"


@dataclass(frozen=True)
class State:
    """The settings, the counters, and the model and what there is to tell of it; None where there is no model yet."""

    settings: Settings
    metrics: Metrics
    uploads: ClientLimit
    contributions: ClientLimit
    recognizer: Recognizer | None
    model: dict[str, Any] | None

    def required_recognizer(self) -> Recognizer:
        """Return the model; raise Problem if there is none."""
        if self.recognizer is None:
            raise no_model()
        return self.recognizer

    def answer(self, uploads: list[Upload], heat_map: bool, preview: bool = False) -> list[dict[str, Any]]:
        """Return what there is to say of some uploads, and count it; raise Problem if none is a picture."""
        entries = self.required_recognizer().answer(uploads, heat_map, preview)
        self.metrics.count_answers(entries)
        if all("error" in entry for entry in entries):
            first = entries[0]["error"]
            raise Problem(next(kind for kind in Kind if kind.title == first["title"]), first["detail"])
        return entries


def state() -> State:
    """Return the state of the application that a request is for."""
    return cast(State, current_app.extensions[KEY])
