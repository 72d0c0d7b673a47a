"""The pipeline's results that the page About shows: files that may be missing, damaged, or of another version."""

import csv
import io
import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from app.page.recorded import Digests, recorded_digests
from stages import paths
from themer.pictures.images import PictureError, decode

T = TypeVar("T")
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]

log = logging.getLogger(__name__)


class Result(BaseModel):
    """What a file holds, each value None if it isn't there."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file of JSON; OSError or ValueError if that can't be, or if it has none of the values."""
        found = cls.model_validate_json(path.read_bytes())
        if not found.model_fields_set:
            raise ValueError("it has none of the values that belong there")
        return found


class Scores(Result):
    """The scores on some pictures: the accuracy, how often the model is sure, and the accuracy when it is sure."""

    accuracy: Share | None = None
    accuracy_low: Share | None = None
    accuracy_high: Share | None = None
    answered: Share | None = None
    answered_accuracy: Share | None = None


class PictureScores(Scores):
    """The scores on the test pictures, and the confidence level of their intervals."""

    confidence_level: Share | None = None
    pictures: Count | None = None
    macro_f1: Share | None = None
    baseline_accuracy: Share | None = None
    views_answered: Share | None = None
    views_answered_accuracy: Share | None = None
    other_themes: Count | None = None
    other_themes_answered: Share | None = None


class PhotoScores(Scores):
    """The scores on own photos: of the labels' themes, and of other themes."""

    photos: Count | None = None
    other_photos: Count | None = None
    other_photos_answered: Share | None = None


class ThemeScores(BaseModel):
    """The scores of one theme; recall and precision are None without pictures to compute them from."""

    theme: str
    support: Count
    recall: Share | None
    precision: Share | None


class Training(Result):
    """The size of the network."""

    parameters: Count | None = None


class Pictures(Result):
    """The number of pictures in each split."""

    train: Count | None = None
    validation: Count | None = None
    test: Count | None = None


class Source(Result):
    """Where the data are from, and of which day."""

    source: str | None = None
    snapshot: str | None = None


THEMES = TypeAdapter(list[ThemeScores])


class Results:
    """The files in a project's folder. Those that can't be read are logged, and listed in `left_out`.

    With a model's digests, there are none unless dvc.lock records them: they would be those of another model.
    """

    def __init__(self, root: Path, digests: Digests | None = None) -> None:
        self._root, self.left_out, self.are_of_model = root, list[str](), True
        self.are_of_model = digests is None or self.read(paths.lock, recorded_digests) == digests

    def read(self, path: Path, reader: Callable[[Path], T]) -> T | None:
        """Return what a reader makes of a file, or None: it is another model's, not written yet, or can't be read."""
        if not self.are_of_model:
            return None
        try:
            return reader(self._root / path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, csv.Error, PictureError) as error:
            log.warning("%s can't be read, so the page About lacks it: %s", self._root / path, _reason(error))
            self.left_out.append(path.as_posix())
            return None


def theme_scores(path: Path) -> list[ThemeScores]:
    """Read the scores of each theme; OSError or ValueError if that can't be."""
    return THEMES.validate_json(path.read_bytes())


def theme_counts(path: Path) -> dict[str, int]:
    """Read the number of pictures of each theme; OSError, ValueError or csv.Error if that can't be."""
    content = path.read_bytes().decode()
    rows = csv.DictReader(io.StringIO(content, newline=""))
    if "label" not in (rows.fieldnames or ()) or not content.endswith("\n"):
        raise ValueError('it has no column "label", or breaks off')
    return dict(Counter(row["label"] for row in rows))


def picture_size(path: Path) -> tuple[int, int]:
    """Read the width and the height of a picture, in pixels; OSError or PictureError if that can't be."""
    return decode(path.read_bytes()).size


def _reason(error: Exception) -> str:
    """Return in one line why a file can't be read."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return " ".join([*(str(part) for part in first["loc"]), first["msg"]])
    return (isinstance(error, OSError) and error.strerror) or str(error).partition("\n")[0]
