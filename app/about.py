"""What the page About tells of the model, what it learned from, and how good it is."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from themer.files import read_csv
from themer.index import file_sha256
from themer.predictor import Predictor

PLOTS = ("result.png", "mistakes.png")


def about_model(predictor: Predictor, path: Path, root: Path) -> dict[str, Any]:
    """Return what the API tells of the model in a file."""
    described = predictor.description
    return {
        "file": path.name,
        "sha256": file_sha256(path),
        "network": described.network,
        "labels": described.labels,
        "size": described.size,
        "threshold": described.threshold,
        "parameters": (_json(root / "metrics" / "train.json") or {}).get("parameters"),
    }


def about(model: dict[str, Any] | None, root: Path) -> dict[str, Any]:
    """Return what the page tells; whatever the pipeline has not made yet is None."""
    lock = root / "dvc.lock"
    return {
        "model": model,
        "lock_sha256": file_sha256(lock) if lock.is_file() else None,
        "data": _data(root),
        "metrics": _json(root / "metrics" / "evaluate.json"),
        "photos": _json(root / "metrics" / "photos.json"),
        "themes": _json(root / "metrics" / "themes.json"),
        "plots": [name for name in PLOTS if (root / "plots" / name).is_file()],
    }


def _data(root: Path) -> dict[str, Any]:
    """Return where the data came from and when, and how many pictures each split and theme has."""
    source = _json(root / "data" / "raw" / "source.json") or {}
    counts = _json(root / "metrics" / "dataset.json") or {}
    return {
        "source": source.get("source"),
        "snapshot": source.get("snapshot"),
        "pictures": {split: counts.get(split) for split in ("train", "validation", "test")},
        "themes": _theme_counts(root / "data" / "dataset.csv"),
    }


def _theme_counts(path: Path) -> dict[str, int]:
    """Return how many pictures each theme has, the most frequent first."""
    return dict(Counter(read_csv(path)["label"]).most_common()) if path.is_file() else {}


def _json(path: Path) -> Any:
    """Return what is in a JSON file, or None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
