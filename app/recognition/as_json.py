"""Predictions as JSON values, for the API and the command line."""

from typing import Any

from themer.answering.predictor import Prediction
from themer.base.theme_paths import NONE_OF_THESE, NOT_SURE

TOP_THEMES = 5
# The index keeps embeddings in half precision, so the next digit of a distance is rounding.
DISTANCE_DIGITS = 4


def in_words(theme: str | None, none_of_these: bool) -> str:
    """Return the predicted theme, or what the model says in place of one."""
    return theme or (NONE_OF_THESE.lower() if none_of_these else NOT_SURE)


def best_label(prediction: Prediction) -> str:
    """Return the most probable label, which the heat-map explains."""
    return next(iter(prediction.probabilities))


def as_json(prediction: Prediction, top: int = TOP_THEMES) -> dict[str, Any]:
    """Return a prediction with its `top` most probable themes and its most similar sets, as JSON values."""
    ranking = list(prediction.probabilities.items())[:top]
    return {
        "theme": prediction.theme,
        "confidence": prediction.confidence,
        "sure": prediction.sure,
        "none_of_these": prediction.level == "other",
        "other_theme": prediction.other_theme,
        "reason": prediction.reason,
        "top": [{"theme": theme, "probability": probability} for theme, probability in ranking],
        "similar": [vars(near) | {"distance": round(near.distance, DISTANCE_DIGITS)} for near in prediction.nearest],
    }
