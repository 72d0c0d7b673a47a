"""From a picture to a prediction: a theme, or the reason why the model abstains."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from themer.answering.abstention import Choice, Level, step_back
from themer.answering.heat_maps import class_activation, occlusion, scaled
from themer.answering.index import Index, NearSet
from themer.answering.runtime import LiteRuntime, ModelOutputs, Runtime
from themer.base.errors import UserError
from themer.base.model_description import Description
from themer.base.theme_paths import EVEN_CHANCE, lies_within
from themer.pictures.images import square, upright_rgb

NEAREST_SETS = 6
OUT_OF_DISTRIBUTION = "the picture is too far from every training picture"
OTHER_THEME = "it looks like a theme that this model does not predict"


@dataclass(frozen=True)
class Assessment:
    """What the model knows of n pictures.

    `probabilities` is float32 [n, labels]. `known` is the probability that a picture shows one of the labels at all,
    float32 [n], and `sure` whether the model is sure of its prediction, bool [n].
    """

    probabilities: np.ndarray
    known: np.ndarray
    sure: np.ndarray


@dataclass(frozen=True)
class Prediction:
    """The prediction for one picture.

    `theme` is the predicted theme and `confidence` its probability. When the model abstains, `theme` is None and
    `confidence` is the probability of the best label. `level` tells a label from a theme above it, and another theme
    from an unknown one; `reason` says why the prediction is not a label. `known` is the probability that the picture
    shows one of the labels at all. `other_theme` is the theme of the nearest set if the picture shows none of them.
    `probabilities` lists every label, the most probable first. `nearest` lists the sets with the most similar pictures.
    """

    theme: str | None
    confidence: float
    level: Level
    reason: str | None
    known: float
    other_theme: str | None
    probabilities: dict[str, float]
    nearest: list[NearSet]

    @property
    def sure(self) -> bool:
        """Whether the model predicts its most probable label."""
        return self.level == "label"


class Predictor:
    """A model that predicts and abstains. Several threads may use it at once.

    >>> predictor = Predictor.load(Path("models/classifier.tflite"), Path("models/index"))
    >>> prediction = predictor.predict(Image.open("mindstorms.jpg"))
    >>> prediction.theme, prediction.confidence, prediction.nearest[0].set_id
    ('Technic/Bionicle', 0.93, '8547-1')
    >>> predictor.predict(Image.open("cat.jpg")).reason
    'the picture is too far from every training picture'
    """

    def __init__(self, runtime: Runtime, index: Index) -> None:
        self._runtime, self.index = runtime, index

    @classmethod
    def load(cls, model_path: Path, index_path: Path, at_once: int = 1) -> "Predictor":
        """Read an exported model (`.tflite`) and its index; run at most `at_once` pictures at a time.

        Raises:
            UserError: a file is missing or unreadable, or the index belongs to another model.
        """
        runtime, index = LiteRuntime(model_path, at_once=at_once), Index(index_path)
        if index.summary.model_sha256 != runtime.model_sha256:
            raise UserError(f"{index_path}: this index belongs to another model than {model_path}. Run: dvc repro")
        return cls(runtime, index)

    @property
    def description(self) -> Description:
        """The labels, input size, padding colour, network and temperature of the model."""
        return self._runtime.description

    @property
    def labels(self) -> list[str]:
        """The labels, in the order of the columns of `probabilities`."""
        return self.description.labels

    @property
    def threshold(self) -> float:
        """The confidence below which the model abstains."""
        return self.index.summary.threshold

    def prepare(self, picture: Image.Image) -> np.ndarray:
        """Return a picture of any size and mode as model input: upright RGB, cropped, padded, uint8 [size, size, 3]."""
        fill = self.description.fill
        return np.asarray(square(upright_rgb(picture, fill), self.description.size, fill))

    def predict(self, picture: Image.Image) -> Prediction:
        """Return the prediction for a picture of any size and mode."""
        return self.predict_batch(self.prepare(picture)[np.newaxis])[0]

    def predict_batch(self, pixels: np.ndarray) -> list[Prediction]:
        """Return predictions for padded RGB pixels, uint8 [n, size, size, 3]; ValueError for anything else."""
        outputs = self._run(pixels)
        distances, nearest = self.index.look_up(outputs.features, NEAREST_SETS)
        familiar, known = distances <= self.index.summary.limit, self.index.boundary.probability(outputs.block_features)
        rows = zip(outputs.probabilities, familiar.tolist(), known.tolist(), nearest, strict=True)
        return [self._prediction(*row) for row in rows]

    def assess(self, pixels: np.ndarray) -> Assessment:
        """Return the probabilities for padded RGB pixels, uint8 [n, size, size, 3], and whether the model is sure.

        Raises:
            ValueError: the array has another shape or dtype.
        """
        outputs = self._run(pixels)
        familiar = self.index.distances(outputs.features) <= self.index.summary.limit
        known = self.index.boundary.probability(outputs.block_features)
        confident = outputs.probabilities.max(axis=1, initial=0) >= self.threshold
        sure = familiar & (known >= self.index.summary.boundary) & confident
        return Assessment(outputs.probabilities, known, sure)

    def heat_map(self, pixels: np.ndarray, theme: str) -> np.ndarray:
        """Return how much each place in a padded RGB picture speaks for a theme, float32 [size, size], 0 to 1.

        Args:
            pixels: uint8 [size, size, 3].
            theme: a label, or a theme above some labels.

        Raises:
            ValueError: the array has another shape or dtype, or the theme includes no label.
        """
        members = np.array([lies_within(label, theme) for label in self.labels])
        if not members.any():
            raise ValueError(f"there is no label {theme!r}, nor any below it. Labels: {', '.join(self.labels)}")
        outputs = self._run(pixels[np.newaxis])
        if outputs.class_maps is None:
            fill = np.array(self.description.fill, np.uint8)
            values = occlusion(pixels, lambda covered: self._run(covered).probabilities, members, fill)
        else:
            # The bound keeps the sum above 0 if all members' probabilities round to 0.
            shares = np.where(members, np.maximum(outputs.probabilities[0].astype(float), 1e-30), 0)
            values = class_activation(outputs.class_maps[0], shares / shares.sum())
        return scaled(values, self.description.size)

    def _run(self, pixels: np.ndarray) -> ModelOutputs:
        """Return the model's outputs; raise ValueError for pixels of another shape or dtype."""
        size = self.description.size
        if pixels.dtype != np.uint8 or pixels.shape[1:] != (size, size, 3):
            raise ValueError(f"expected uint8 [n, {size}, {size}, 3], received {pixels.dtype} {list(pixels.shape)}")
        return self._runtime.run(pixels)

    def _prediction(
        self, probabilities: np.ndarray, familiar: bool, known: float, nearest: list[NearSet]
    ) -> Prediction:
        """Return the prediction for one picture's probabilities, float32 [labels]."""
        choice, reason = self._choice(probabilities, familiar, known)
        other = next((near for near in nearest if near.theme not in self.labels), None)
        if choice.level == "other" and other is not None:
            reason = f"it looks like {other.theme}: {other.set_id} {other.name}".rstrip()
        pairs = zip(self.labels, probabilities.tolist(), strict=True)
        ranking = dict(sorted(pairs, key=lambda pair: -pair[1]))
        other_theme = other.theme if choice.level == "other" and other is not None else None
        return Prediction(choice.theme, choice.confidence, choice.level, reason, known, other_theme, ranking, nearest)

    def _choice(self, probabilities: np.ndarray, familiar: bool, known: float) -> tuple[Choice, str | None]:
        """Return the choice for one picture, and the reason if it is not a label."""
        best, boundary = float(probabilities.max()), self.index.summary.boundary
        if not familiar:
            return Choice(None, best, "none"), OUT_OF_DISTRIBUTION
        if known < min(boundary, EVEN_CHANCE):
            return Choice(None, best, "other"), OTHER_THEME
        if known < boundary:
            return Choice(None, best, "none"), "it may show a theme that this model does not predict"
        choice = step_back(probabilities, self.labels, self.threshold)
        reason = None if choice.level == "label" else f"the most probable theme has only {per_cent(best)}"
        return choice, reason


def per_cent(share: float) -> str:
    """Return "93 %" for 0.93. Only exact values become 0 % or 100 %, as on the page."""
    if 0 < share < 0.005:
        return "< 1 %"
    return "99 %" if 0.995 < share < 1 else f"{100 * share:.0f} %"
