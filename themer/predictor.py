"""From a picture to its theme, or to "not sure" and why."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from themer.errors import UserError
from themer.index import Index, NearSet, file_sha256, seen_in, with_features
from themer.model_files import Classifier, load_classifier
from themer.pictures import flatten, square
from themer.theme_answers import Answer, Level, answer

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
    """A classifier that answers for pictures, and knows what it does not know.

    >>> predictor = Predictor.load(Path("models/classifier.keras"), Path("models/index"))
    >>> found = predictor.answer(Image.open("mindstorms.jpg"))
    >>> found.theme, found.confidence, found.nearest[0].set_id
    ('Technic/Bionicle', 0.93, '8547-1')
    >>> predictor.answer(Image.open("cat.jpg")).reason
    'unlike any picture it learned from'
    """

    def __init__(self, classifier: Classifier, index: Index) -> None:
        self._model = with_features(classifier.model)
        self.description = classifier.description
        self.index = index

    @classmethod
    def load(cls, model_path: Path, index_path: Path) -> "Predictor":
        """Read a model file and the folder of its index.

        Raises:
            UserError: one of them is missing or no such thing, or the index is another model's.
        """
        classifier, index = load_classifier(model_path), Index(index_path)
        if index.summary.model_sha256 != file_sha256(model_path):
            raise UserError(f"{index_path}: this index is of another model than {model_path}. Run: dvc repro index")
        return cls(classifier, index)

    @property
    def labels(self) -> list[str]:
        """The themes, in the order of the columns of `probabilities`."""
        return self.description.labels

    def answer(self, picture: Image.Image) -> PictureAnswer:
        """Return the answer for a picture of any size and mode."""
        upright = flatten(ImageOps.exif_transpose(picture))
        pixels = np.asarray(square(upright, self.description.size, self.description.fill))
        found = self.assess(pixels[np.newaxis])
        chosen, reason = self._chosen(found.probabilities[0], bool(found.familiar[0]))
        pairs = zip(self.labels, found.probabilities[0].tolist(), strict=True)
        ranking = dict(sorted(pairs, key=lambda pair: -pair[1]))
        nearest = self.index.nearest_sets(found.features[0], NEAREST_SETS)
        return PictureAnswer(chosen.theme, chosen.confidence, chosen.level, reason, ranking, nearest)

    def assess(self, pictures: np.ndarray) -> Assessment:
        """Return what there is to say of padded RGB pixels, uint8 [n, size, size, 3]; ValueError for anything else."""
        probabilities, features = self._seen_in(pictures)
        distances = self.index.distances(features)
        familiar = distances <= self.index.summary.limit
        sure = familiar & (probabilities.max(axis=1) >= self.description.threshold)
        return Assessment(probabilities, features, distances, familiar, sure)

    def probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """Return the probabilities of each picture's labels, from padded RGB pixels.

        Args:
            pictures: uint8 [n, size, size, 3].

        Returns:
            float32 [n, classes].

        Raises:
            ValueError: the array has another shape or type.
        """
        return self._seen_in(pictures)[0]

    def _seen_in(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return probabilities and features; raise ValueError for pictures of another shape or type."""
        size = self.description.size
        if pictures.dtype != np.uint8 or pictures.shape[1:] != (size, size, 3):
            raise ValueError(f"expected uint8 [n, {size}, {size}, 3], received {pictures.dtype} {list(pictures.shape)}")
        return seen_in(self._model, pictures)

    def _chosen(self, probabilities: np.ndarray, familiar: bool) -> tuple[Answer, str | None]:
        """Return the answer for a picture's probabilities, float [classes], and the reason if it is no label."""
        best = float(probabilities.max())
        if not familiar:
            return Answer(None, best, "none"), UNLIKE_ANY
        chosen = answer(probabilities, self.labels, self.description.threshold)
        reason = None if chosen.level == "label" else f"the most probable theme has only {100 * best:.0f} %"
        return chosen, reason
