"""The table of predictions, which all scoring and drawing starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas

from themer.base.errors import UserError
from themer.base.tables import read_csv, write_csv

KEYS = ["set_id", "label"]


@dataclass(frozen=True)
class Predictions:
    """The predictions for n pictures.

    `actual` is int64 [n], the index of each picture's label in `labels`. `probabilities` is float32 [n, labels].
    """

    ids: list[str]
    actual: np.ndarray
    probabilities: np.ndarray
    labels: list[str]

    @property
    def predicted(self) -> np.ndarray:
        """The index of each picture's most probable label, int64 [n]."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def correct(self) -> np.ndarray:
        """Whether the predicted label is the actual one, bool [n]."""
        return np.asarray(self.predicted == self.actual)


def write_predictions(predictions: Predictions, column: str, values: Sequence[object], path: Path) -> None:
    """Write a row for each picture, in the given order: set_id, label, another column, and a probability per label."""
    table = pandas.DataFrame(
        {
            "set_id": predictions.ids,
            "label": [predictions.labels[index] for index in predictions.actual],
            column: values,
        }
    )
    # pandas writes a float32 with as many digits as reading the same number back takes.
    shares = pandas.DataFrame(predictions.probabilities, columns=predictions.labels)
    write_csv(pandas.concat([table, shares], axis=1), path)


def read_predictions(path: Path) -> Predictions:
    """Read what `write_predictions` wrote, without the other column; raise UserError for any other table."""
    table = read_csv(path)
    if list(table.columns[:2]) != KEYS or len(table.columns) < 4:
        raise UserError(
            f"{path}: not a table of predictions; its columns are {', '.join(table.columns)}. Run: dvc repro"
        )
    labels = list(table.columns[3:])
    return Predictions(
        list(table["set_id"]),
        np.array([labels.index(label) for label in table["label"]], np.int64),
        table[labels].to_numpy(np.float32).reshape(len(table), len(labels)),
        labels,
    )
