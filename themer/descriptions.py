"""What a model's file says of the model: a zip member, so that any reader of zip files can look at it."""

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

from themer.errors import UserError

DESCRIPTION_NAME = "themer.json"
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Description:
    """What a classifier answers and what it asks for: its labels, the side and padding colour of its pictures.

    Its logits were divided by `temperature` already. Below the probability `threshold` its answer is "not sure".
    """

    labels: list[str]
    size: int
    fill: tuple[int, int, int]
    network: str
    temperature: float
    threshold: float


def read_description(file: zipfile.ZipFile) -> Description:
    """Return what a model's file says of it; KeyError, TypeError or ValueError if it says nothing, or else."""
    values = json.loads(file.read(DESCRIPTION_NAME))
    return Description(**{**values, "fill": tuple(values["fill"])})


def description_json(description: Description) -> bytes:
    """Return the content of the zip member that `read_description` reads."""
    return json.dumps(asdict(description), sort_keys=True, ensure_ascii=False).encode()


def member(name: str) -> zipfile.ZipInfo:
    """Return a zip member of a fixed time, stored as it is: compressed bytes may differ between zlib versions."""
    return zipfile.ZipInfo(name, EARLIEST_ZIP_TIME)


def no_model(path: Path) -> UserError:
    """Return what to say where a model's file is missing."""
    return UserError(f"{path}: there is no model here yet. Run: dvc repro")


def no_classifier(path: Path, error: Exception) -> UserError:
    """Return what to say of a file that holds something else than a model."""
    reason = str(error).partition("\n")[0]
    return UserError(f"{path}: not a classifier that this project saved ({reason}). Run: dvc repro")
