"""The description inside a model's file: a zip member, so any zip tool can show it."""

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

from themer.base.errors import UserError

DESCRIPTION_NAME = "themer.json"
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Description:
    """A classifier's labels, and the side in pixels and the padding colour of its input.

    Its logits are already divided by `temperature`.
    """

    labels: list[str]
    size: int
    fill: tuple[int, int, int]
    network: str
    temperature: float


def read_description(file: zipfile.ZipFile) -> Description:
    """Return the description in a model's file; KeyError, TypeError or ValueError if there is none."""
    values = json.loads(file.read(DESCRIPTION_NAME))
    return Description(**{**values, "fill": tuple(values["fill"])})


def description_json(description: Description) -> bytes:
    """Return the content of the zip member that `read_description` reads."""
    return json.dumps(asdict(description), sort_keys=True, ensure_ascii=False).encode()


def member(name: str) -> zipfile.ZipInfo:
    """Return a zip member with a fixed time, stored uncompressed: compressed bytes differ between zlib versions."""
    return zipfile.ZipInfo(name, EARLIEST_ZIP_TIME)


def no_model(path: Path) -> UserError:
    """Return the error for a missing model file."""
    return UserError(f"{path}: there is no model yet. Run: dvc repro")


def no_classifier(path: Path, error: Exception) -> UserError:
    """Return the error for a file that is not a model of this project."""
    reason = str(error).partition("\n")[0]
    return UserError(f"{path}: not a classifier saved by this project ({reason}). Run: dvc repro")
