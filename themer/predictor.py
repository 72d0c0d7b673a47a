"""From a picture to its theme, or to "not sure" and why."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from themer.descriptions import Description
from themer.errors import UserError
from themer.heat_maps import class_activation, occlusion, scaled
from themer.index import Index, NearSet
from themer.lite_runtime import LiteRuntime
from themer.pictures import flatten, square
from themer.runtimes import Runtime, Seen
from themer.theme_answers import Answer, Level, answer
from themer.theme_paths import lies_within

NEAREST_SETS = 6
UNLIKE_ANY = "unlike any picture it learned from"


@dataclass(frozen=True)
class Assessment:
    """What there is to say of n pictures, each array's first dimension.

    probabilities (float32 [n, classes]), features of length 1 (float32 [n, width]), the cosine distance to what was
    learned from (float32 [n]), whether that is near enough (bool [n]), and whether the most probable label can be
    answered, being probable enough as well (bool [n]).
    """

    probabilities: np.ndarray
    features: np.ndarray
    distances: np.ndarray
    familiar: np.ndarray
    sure: np.ndarray


@dataclass(frozen=True)
class PictureAnswer:
    """The answer for one picture: a theme and its probability, or no theme, and the probability of the best label.

    `level` tells whether the theme is a label or one above it; unless it is a label, `reason` says in words why not.
    `probabilities` has every label, the most probable first, and `nearest` the sets that look most like the picture.
    """

    theme: str | None
    confidence: float
    level: Level
    reason: str | None
    probabilities: dict[str, float]
    nearest: list[NearSet]

    @property
    def sure(self) -> bool:
        """Whether the most probable label is the answer."""
        return self.level == "label"


class Predictor:
    """A classifier that answers for pictures, and knows what it does not know. May be used by several threads.

    >>> predictor = Predictor.load(Path("models/classifier.tflite"), Path("models/index"))
    >>> found = predictor.answer(Image.open("mindstorms.jpg"))
    >>> found.theme, found.confidence, found.nearest[0].set_id
    ('Technic/Bionicle', 0.93, '8547-1')
    >>> predictor.answer(Image.open("cat.jpg")).reason
    'unlike any picture it learned from'
    """

    def __init__(self, runtime: Runtime, index: Index) -> None:
        self._runtime, self.index = runtime, index

    @classmethod
    def load(cls, model_path: Path, index_path: Path, at_once: int = 1) -> "Predictor":
        """Read a model file, `.tflite` or `.keras`, and the folder of its index, to see so many pictures at a time.

        Raises:
            UserError: one of them is missing or no such thing, or the index is another model's.
        """
        runtime, index = load_runtime(model_path, at_once), Index(index_path)
        if index.summary.model_sha256 != runtime.model_sha256:
            raise UserError(f"{index_path}: this index is of another model than {model_path}. Run: dvc repro")
        return cls(runtime, index)

    @property
    def description(self) -> Description:
        """What the model answers and asks for: labels, size, padding colour, network, temperature, threshold."""
        return self._runtime.description

    @property
    def labels(self) -> list[str]:
        """The themes, in the order of the columns of `probabilities`."""
        return self.description.labels

    def prepare(self, picture: Image.Image) -> np.ndarray:
        """Return a picture of any size and mode as the model takes it: upright RGB, padded, uint8 [size, size, 3]."""
        upright = flatten(ImageOps.exif_transpose(picture))
        return np.asarray(square(upright, self.description.size, self.description.fill))

    def answer(self, picture: Image.Image) -> PictureAnswer:
        """Return the answer for a picture of any size and mode."""
        return self.answers(self.prepare(picture)[np.newaxis])[0]

    def answers(self, pictures: np.ndarray) -> list[PictureAnswer]:
        """Return the answers for padded RGB pixels, uint8 [n, size, size, 3]; ValueError for anything else."""
        seen = self._see(pictures)
        distances, nearest = self.index.look_up(seen.features, NEAREST_SETS)
        familiar = distances <= self.index.summary.limit
        return [self._picture_answer(*one) for one in zip(seen.probabilities, familiar, nearest, strict=True)]

    def assess(self, pictures: np.ndarray) -> Assessment:
        """Return what there is to say of padded RGB pixels, uint8 [n, size, size, 3]; ValueError for anything else."""
        seen = self._see(pictures)
        distances = self.index.distances(seen.features)
        familiar = distances <= self.index.summary.limit
        sure = familiar & (seen.probabilities.max(axis=1) >= self.description.threshold)
        return Assessment(seen.probabilities, seen.features, distances, familiar, sure)

    def probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """Return the probabilities of each picture's labels, from padded RGB pixels.

        Args:
            pictures: uint8 [n, size, size, 3].

        Returns:
            float32 [n, classes].

        Raises:
            ValueError: the array has another shape or type.
        """
        return self._see(pictures).probabilities

    def heat_map(self, pixels: np.ndarray, theme: str) -> np.ndarray:
        """Return where a theme is seen in a padded RGB picture, float32 [size, size], 0 to 1, in the picture's frame.

        Args:
            pixels: uint8 [size, size, 3].
            theme: a label, or a theme above some labels.

        Raises:
            ValueError: the array has another shape or type, or the theme is neither.
        """
        members = np.array([lies_within(label, theme) for label in self.labels])
        if not members.any():
            raise ValueError(f"no theme {theme!r}. Known here: {', '.join(self.labels)}")
        seen = self._see(pixels[np.newaxis])
        if seen.class_maps is None:
            values = occlusion(pixels, self.probabilities, members, np.array(self.description.fill, np.uint8))
        else:
            shares = np.where(members, np.maximum(seen.probabilities[0].astype(float), 1e-30), 0)
            values = class_activation(seen.class_maps[0], shares / shares.sum())
        return scaled(values, self.description.size)

    def _see(self, pictures: np.ndarray) -> Seen:
        """Return what the model sees; raise ValueError for pictures of another shape or type."""
        size = self.description.size
        if pictures.dtype != np.uint8 or pictures.shape[1:] != (size, size, 3):
            raise ValueError(f"expected uint8 [n, {size}, {size}, 3], received {pictures.dtype} {list(pictures.shape)}")
        return self._runtime.see(pictures)

    def _picture_answer(self, probabilities: np.ndarray, familiar: bool, nearest: list[NearSet]) -> PictureAnswer:
        """Return the answer for a picture's probabilities, float32 [classes]."""
        chosen, reason = self._chosen(probabilities, bool(familiar))
        pairs = zip(self.labels, probabilities.tolist(), strict=True)
        ranking = dict(sorted(pairs, key=lambda pair: -pair[1]))
        return PictureAnswer(chosen.theme, chosen.confidence, chosen.level, reason, ranking, nearest)

    def _chosen(self, probabilities: np.ndarray, familiar: bool) -> tuple[Answer, str | None]:
        """Return the answer for a picture's probabilities, float [classes], and the reason if it is no label."""
        best = float(probabilities.max())
        if not familiar:
            return Answer(None, best, "none"), UNLIKE_ANY
        chosen = answer(probabilities, self.labels, self.description.threshold)
        reason = None if chosen.level == "label" else f"the most probable theme has only {100 * best:.0f} %"
        return chosen, reason


def load_runtime(path: Path, at_once: int = 1) -> Runtime:
    """Return what runs a model's file: Keras for `.keras`, else LiteRT, with so many pictures at a time.

    Raises:
        UserError: there is no such file, or it is no classifier.
    """
    if path.suffix == ".keras":
        # Imported here, so that a server needs no TensorFlow.
        from themer.keras_runtime import KerasRuntime

        return KerasRuntime.load(path)
    return LiteRuntime(path, at_once=at_once)
