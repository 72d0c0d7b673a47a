"""The description inside a model file. It is a zip member, so any zip tool can show it."""

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

from themer.base.errors import UserError, refused

DESCRIPTION_NAME = "themer.json"
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Description:
    """What a model file says of its classifier.

    `size` is the side of the input in pixels, and `fill` is its padding colour as RGB. The model already divides its
    logits by `temperature`.
    """

    labels: list[str]
    size: int
    fill: tuple[int, int, int]
    network: str
    temperature: float


def read_description(file: zipfile.ZipFile) -> Description:
    """Return the description in a model file; KeyError, TypeError or ValueError if the file has none."""
    values = json.loads(file.read(DESCRIPTION_NAME))
    return Description(**{**values, "fill": tuple(values["fill"])})


def description_json(description: Description) -> bytes:
    """Return the content of the zip member that `read_description` reads."""
    return json.dumps(asdict(description), sort_keys=True, ensure_ascii=False).encode()


def member(name: str) -> zipfile.ZipInfo:
    """Return a zip member with a fixed time. It is stored, since compressed bytes differ between versions of zlib."""
    return zipfile.ZipInfo(name, EARLIEST_ZIP_TIME)


def no_model(path: Path) -> UserError:
    """Return the error for a missing model file."""
    return UserError(f"{path}: there is no model yet. Run: dvc repro")


def no_classifier(path: Path, error: Exception) -> UserError:
    """Return the error for a file that holds no model of this project, or that can't be read."""
    if isinstance(error, PermissionError):
        return refused(error)
    reason = str(error).partition("\n")[0]
    return UserError(f"{path}: this file is damaged, or was not saved by this project ({reason}). Run: dvc repro")
