"""What a classifier answered for a split's pictures, as a table that whatever judges or draws the answers reads."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas

from themer.errors import UserError
from themer.files import read_csv, write_csv

FIXED_COLUMNS = ["set_id", "label", "sure"]


@dataclass(frozen=True)
class Answers:
    """The answers for n pictures.

    `actual` is int64 [n], the index of each picture's label in `labels`; `probabilities` float32 [n, classes]; `sure`
    bool [n], whether the classifier would give its most probable label as the answer.
    """

    ids: list[str]
    actual: np.ndarray
    probabilities: np.ndarray
    sure: np.ndarray
    labels: list[str]

    @property
    def predicted(self) -> np.ndarray:
        """The index of each picture's most probable label, int64 [n]."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def correct(self) -> np.ndarray:
        """Whether that is the actual one, bool [n]."""
        return np.asarray(self.predicted == self.actual)


def write_answers(answers: Answers, path: Path) -> None:
    """Write a row for each picture: set_id, label, sure and, in a column for each label, its probability."""
    table = pandas.DataFrame({"set_id": answers.ids, "label": [answers.labels[index] for index in answers.actual]})
    table["sure"] = np.where(answers.sure, "yes", "no")
    # A frame of float32 is written with as many digits as it takes to read the same numbers again.
    shares = pandas.DataFrame(answers.probabilities, columns=answers.labels)
    write_csv(pandas.concat([table, shares], axis=1), path)


def read_answers(path: Path) -> Answers:
    """Read what `write_answers` wrote; raise UserError for a table of something else."""
    table = read_csv(path)
    if list(table.columns[:3]) != FIXED_COLUMNS:
        raise UserError(f"{path}: not a table of answers; its columns are {', '.join(table.columns)}. Run: dvc repro")
    labels = list(table.columns[3:])
    return Answers(
        list(table["set_id"]),
        np.array([labels.index(label) for label in table["label"]], np.int64),
        table[labels].to_numpy(np.float32).reshape(len(table), len(labels)),
        (table["sure"] == "yes").to_numpy(bool),
        labels,
    )
