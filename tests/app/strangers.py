"""A model for which every picture shows another theme than its own."""

import json
from pathlib import Path

import numpy as np

from themer.answering.abstention import Boundary
from themer.base.tables import read_csv, write_csv


def make_strangers(index: Path) -> None:
    """Change an index so that every picture shows another theme, and every set is of it."""
    summary = json.loads((index / "index.json").read_text())
    (index / "index.json").write_text(json.dumps(summary | {"boundary": 0.8}))
    weights = np.zeros((summary["labels"] + 1, summary["block_width"] + 1), np.float32)
    weights[-1, -1] = 9
    Boundary(weights, summary["labels"]).write(index)
    write_csv(read_csv(index / "pictures.csv").assign(label="Star Wars", name="Falcon"), index / "pictures.csv")
