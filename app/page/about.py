"""The content of the page About: the model, its training data and its scores."""

from pathlib import Path
from typing import Any

from app.page.recorded import Digests
from app.page.results import (
    PhotoScores,
    Pictures,
    PictureScores,
    Results,
    Source,
    Training,
    picture_size,
    theme_counts,
    theme_scores,
)
from stages import paths
from themer.answering.predictor import Predictor
from themer.base.files import file_sha256

PLOTS = {path.name: path for path in (paths.result, paths.mistakes)}


def about_model(predictor: Predictor, path: Path, root: Path, digests: Digests) -> dict[str, Any]:
    """Return the description of the model in a file, as the API returns it."""
    described = predictor.description
    training = Results(root, digests).read(paths.train_metrics, Training.read)
    return {
        "file": path.name,
        "sha256": file_sha256(path),
        "network": described.network,
        "labels": described.labels,
        "size": described.size,
        "threshold": predictor.threshold,
        "parameters": training and training.parameters,
    }


def about(model: dict[str, Any] | None, root: Path, digests: Digests | None = None) -> dict[str, Any]:
    """Return the values on the page. Those that the pipeline has not written yet, or can't be read, are None.

    `left_out` names the files that can't be read. With the digests of the model, all results are None if they are not
    its own, and `are_of_model` is false.
    """
    results = Results(root, digests)
    sizes = {name: results.read(path, picture_size) for name, path in PLOTS.items()}
    return {
        "model": model,
        "training": results.read(paths.train_metrics, Training.read),
        "lock_sha256": results.read(paths.lock, file_sha256),
        "source": results.read(paths.source, Source.read),
        "pictures": results.read(paths.dataset_metrics, Pictures.read),
        "theme_counts": results.read(paths.dataset, theme_counts) or {},
        "metrics": results.read(paths.evaluate_metrics, PictureScores.read),
        "photos": results.read(paths.photo_metrics, PhotoScores.read),
        "themes": results.read(paths.theme_metrics, theme_scores),
        "plots": {name: size for name, size in sizes.items() if size},
        "left_out": results.left_out,
        "are_of_model": results.are_of_model,
    }
