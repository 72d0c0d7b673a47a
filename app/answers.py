"""What the API and the command line say of a picture."""

from typing import Any

from themer.predictor import PictureAnswer

TOP_THEMES = 5


def described(answer: PictureAnswer, top: int = TOP_THEMES) -> dict[str, Any]:
    """Return an answer with its most probable themes, as values that JSON knows."""
    return {
        "theme": answer.theme,
        "confidence": answer.confidence,
        "sure": answer.sure,
        "reason": answer.reason,
        "top": [
            {"theme": theme, "probability": probability}
            for theme, probability in list(answer.probabilities.items())[:top]
        ],
        "similar": [dict(vars(near)) for near in answer.nearest],
    }
