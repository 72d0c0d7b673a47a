"""One file that holds a trained classifier and all that is needed to use it, the same bytes for the same training.

It is an ordinary `.keras` file, which `keras.models.load_model` opens anywhere, with one member more: `themer.json`.
"""

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from themer.errors import UserError
from themer.quiet_tensorflow import keras

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


@dataclass(frozen=True)
class Classifier:
    """A model together with its description."""

    model: keras.Model
    description: Description


def save_classifier(model: keras.Model, description: Description, path: Path) -> None:
    """Write a model and its description as one file.

    Nothing in it depends on when, where or for how long the model was made; the optimizer's state is left out.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    raw, part = path.with_name(path.name + ".raw.keras"), path.with_name(path.name + ".part")
    keras.Model(model.inputs, model.outputs, name=model.name).save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(part, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            target.writestr(_member(name), _timeless_json(content) if name.endswith(".json") else content)
        target.writestr(_member(DESCRIPTION_NAME), _json(asdict(description)))
    raw.unlink()
    part.replace(path)


def load_classifier(path: Path) -> Classifier:
    """Read what `save_classifier` wrote.

    Raises:
        UserError: there is no such file, or it is no classifier.
    """
    try:
        with zipfile.ZipFile(path) as file:
            values = json.loads(file.read(DESCRIPTION_NAME))
        description = Description(**{**values, "fill": tuple(values["fill"])})
        return Classifier(keras.models.load_model(path, compile=False), description)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no model here yet. Run: dvc repro") from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(f"{path}: not a classifier that this project saved ({reason}). Run: dvc repro") from None


def _member(name: str) -> zipfile.ZipInfo:
    """Return a zip member of a fixed time, stored as it is: compressed bytes may differ between zlib versions."""
    return zipfile.ZipInfo(name, EARLIEST_ZIP_TIME)


def _timeless_json(content: bytes) -> bytes:
    """Return Keras's JSON without the time of saving and the memory addresses in it."""
    return _json(_timeless(json.loads(content)))


def _timeless(value: Any) -> Any:
    """Return the value without any `date_saved` and `shared_object_id`; Keras reads neither of them."""
    if isinstance(value, dict):
        return {key: _timeless(inner) for key, inner in value.items() if key not in ("date_saved", "shared_object_id")}
    return [_timeless(inner) for inner in value] if isinstance(value, list) else value


def _json(value: Any) -> bytes:
    """Return a value as JSON text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
