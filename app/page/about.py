"""The content of the page About: the model, its training data and its scores."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

from PIL import Image

from stages import paths
from themer.answering.predictor import Predictor
from themer.base.files import file_sha256
from themer.base.params import SPLITS

PLOTS = {path.name: path for path in (paths.result, paths.mistakes)}


def about_model(predictor: Predictor, path: Path, root: Path) -> dict[str, Any]:
    """Return the description of the model in a file, as the API returns it."""
    described = predictor.description
    return {
        "file": path.name,
        "sha256": file_sha256(path),
        "network": described.network,
        "labels": described.labels,
        "size": described.size,
        "threshold": predictor.threshold,
        "parameters": (_json(root / paths.train_metrics) or {}).get("parameters"),
    }


def about(model: dict[str, Any] | None, root: Path) -> dict[str, Any]:
    """Return the values on the page. Those that the pipeline has not written yet are None."""
    lock = root / paths.lock
    return {
        "model": model,
        "lock_sha256": file_sha256(lock) if lock.is_file() else None,
        "data": _data(root),
        "metrics": _json(root / paths.evaluate_metrics),
        "photos": _json(root / paths.photo_metrics),
        "themes": _json(root / paths.theme_metrics),
        "plots": {name: _size(root / path) for name, path in PLOTS.items() if (root / path).is_file()},
    }


def _data(root: Path) -> dict[str, Any]:
    """Return the source of the data and its date, and the number of pictures by split and by theme."""
    source = _json(root / paths.source) or {}
    counts = _json(root / paths.dataset_metrics) or {}
    return {
        "source": source.get("source"),
        "snapshot": source.get("snapshot"),
        "pictures": {split: counts.get(split) for split in SPLITS},
        "themes": _theme_counts(root / paths.dataset),
    }


def _theme_counts(path: Path) -> dict[str, int]:
    """Return the number of pictures of each theme; empty without a dataset."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return dict(Counter(row["label"] for row in csv.DictReader(file)))


def _size(path: Path) -> tuple[int, int]:
    """Return the width and the height of a picture, in pixels."""
    with Image.open(path) as picture:
        return picture.size


def _json(path: Path) -> Any:
    """Return the content of a JSON file, or None without one."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
