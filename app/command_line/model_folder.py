"""The folder of the model, from wherever the command runs."""

import os
from pathlib import Path

from stages import paths
from themer.answering.index import SUMMARY_NAME
from themer.base.errors import UserError, refused
from themer.base.files import file_sha256

VARIABLE = "LEGO_THEMER_MODEL"
MARKS = ("dvc.yaml", "params.yaml", "themer")
DIGITS = 16


def current_folder() -> Path:
    """Return the folder in which the command runs; raise UserError if it was deleted."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise UserError("the current folder was deleted. Change to another one, then run again.") from None


def checkout(folder: Path) -> Path | None:
    """Return the project's folder that a folder is, or lies in; None if it is in no checkout of the project."""
    return next((one for one in (folder, *folder.parents) if all((one / mark).exists() for mark in MARKS)), None)


def default_model() -> Path:
    """Return the folder that LEGO_THEMER_MODEL names, or models/ of the checkout around the current folder.

    Raises:
        UserError: there is neither, or the current folder was deleted.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named)
    folder = current_folder()
    if project := checkout(folder):
        return project / paths.model.parent
    raise UserError(
        f"{folder} is in no checkout of the project, so it is not clear where the model is. Name its folder: "
        f"--model DIR, or {VARIABLE}=DIR. `dvc repro` in a checkout makes one: models/"
    )


def require_model(model: Path, index: Path | None = None) -> tuple[Path, Path]:
    """Return a model's file and its index, by default beside it, for a folder or a file.

    Raises:
        UserError: one of the two is missing, or the system refuses to look.
    """
    try:
        return _model_and_index(model, index)
    except OSError as error:
        raise refused(error) from None


def fingerprint(model: Path, index: Path) -> dict[str, str]:
    """Return the first digits of the SHA-256 of a model's file, and of its index's summary, which has the thresholds.

    Raises:
        UserError: one of the two can't be read.
    """
    try:
        return {"model": file_sha256(model)[:DIGITS], "index": file_sha256(index / SUMMARY_NAME)[:DIGITS]}
    except OSError as error:
        raise refused(error) from None


def _model_and_index(model: Path, index: Path | None) -> tuple[Path, Path]:
    """Return a model's file and its index as `require_model` does; OSError where that can't be seen."""
    file = model if model.suffix == paths.model.suffix else model / paths.model.name
    index = index or file.parent / paths.index.name
    if (model / paths.model).is_file() and not file.is_file():
        raise UserError(f"{model}: the model is in a folder below. Name it: --model {model / paths.model.parent}")
    if not file.is_file():
        raise UserError(
            f"{file}: there is no model yet. Run: dvc repro. In a checkout it makes {paths.model.parent}/; name this "
            f"folder, or a copy of it: --model DIR"
        )
    if not index.is_dir():
        raise UserError(
            f"{index}: the model's index is missing. Copy it along with the model, or name its folder: --index DIR. "
            f"`dvc repro` in a checkout makes {paths.index}/"
        )
    return file, index
