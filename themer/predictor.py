"""From a picture to the probability of each theme."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from themer.model_files import Classifier, load_classifier
from themer.pictures import flatten, square

PICTURES_PER_BATCH = 8


class Predictor:
    """A classifier that answers for pictures.

    >>> Predictor.load(Path("models/classifier.keras")).predict(Image.open("mindstorms.jpg"))
    {'technic-bionicle': 0.93, 'basic-bulk': 0.04, 'young-childrens': 0.02, 'minifig': 0.01}
    """

    def __init__(self, classifier: Classifier) -> None:
        self._model = classifier.model
        self.description = classifier.description

    @classmethod
    def load(cls, path: Path) -> "Predictor":
        """Read a model file; raise UserError when it is missing or no classifier."""
        return cls(load_classifier(path))

    @property
    def labels(self) -> list[str]:
        """The themes, in the order of the columns of `probabilities`."""
        return self.description.labels

    def predict(self, picture: Image.Image) -> dict[str, float]:
        """Return every label's probability, the most probable first, for a picture of any size and mode."""
        upright = flatten(ImageOps.exif_transpose(picture))
        pixels = np.asarray(square(upright, self.description.size, self.description.fill))
        pairs = zip(self.labels, self.probabilities(pixels[None])[0].tolist(), strict=True)
        return dict(sorted(pairs, key=lambda pair: -pair[1]))

    def probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """Return the probabilities of each picture's labels.

        Every batch has the same shape, the last one filled up: a picture's answer does not depend on its company.

        Args:
            pictures: padded RGB pixels, uint8 [n, size, size, 3].

        Returns:
            float32 [n, classes].

        Raises:
            ValueError: the array has another shape or type.
        """
        size = self.description.size
        if pictures.dtype != np.uint8 or pictures.shape[1:] != (size, size, 3):
            raise ValueError(f"expected uint8 [n, {size}, {size}, 3], received {pictures.dtype} {list(pictures.shape)}")
        answers = [np.empty((0, len(self.labels)), np.float32)]
        for start in range(0, len(pictures), PICTURES_PER_BATCH):
            answers.append(self._answers(pictures[start : start + PICTURES_PER_BATCH]))
        return np.concatenate(answers)

    def _answers(self, pictures: np.ndarray) -> np.ndarray:
        """Return the probabilities of at most one batch of pictures."""
        batch = np.zeros((PICTURES_PER_BATCH, *pictures.shape[1:]), np.float32)
        batch[: len(pictures)] = pictures
        return np.asarray(self._model.predict_on_batch(batch))[: len(pictures)]
