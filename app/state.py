"""What the requests of one application share."""

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app

from app.problems import no_model
from app.recognition import Recognizer
from app.settings import Settings

KEY = "lego-themer"


@dataclass(frozen=True)
class State:
    """The settings, the model and what there is to tell of it; None where there is no model yet."""

    settings: Settings
    recognizer: Recognizer | None
    model: dict[str, Any] | None

    def required_recognizer(self) -> Recognizer:
        """Return the model; raise Problem if there is none."""
        if self.recognizer is None:
            raise no_model()
        return self.recognizer


def state() -> State:
    """Return the state of the application that a request is for."""
    return cast(State, current_app.extensions[KEY])
