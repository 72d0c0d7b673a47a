"""The file of a trained classifier and its description. The same training gives the same bytes.

It is a `.keras` file, which `keras.models.load_model` opens without this project, with one more member: `themer.json`.
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from themer.base.model_description import (
    DESCRIPTION_NAME,
    Description,
    description_json,
    member,
    no_classifier,
    no_model,
    read_description,
)
from themer.base.quiet_tensorflow import keras
from themer.networks.normalization import as_keras_layer, use_same_normalization


@dataclass(frozen=True)
class Classifier:
    """A Keras model and its description."""

    model: keras.Model
    description: Description


def save_classifier(model: keras.Model, description: Description, path: Path) -> None:
    """Write a model and its description as one file, without the optimizer's state.

    The bytes depend on the weights and the description alone, not on the time of saving or on addresses in memory.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Keras saves only to names that end in .keras.
    raw, part = path.with_name(path.name + ".raw.keras"), path.with_name(path.name + ".part")
    keras.Model(model.inputs, model.outputs, name=model.name).save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(part, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            target.writestr(member(name), _timeless_json(content) if name.endswith(".json") else content)
        target.writestr(member(DESCRIPTION_NAME), description_json(description))
    raw.unlink()
    part.replace(path)


def load_classifier(path: Path) -> Classifier:
    """Read a file that `save_classifier` wrote.

    Raises:
        UserError: the file does not exist or is not a classifier of this project.
    """
    try:
        with zipfile.ZipFile(path) as file:
            description = read_description(file)
        return Classifier(use_same_normalization(keras.models.load_model(path, compile=False)), description)
    except FileNotFoundError:
        raise no_model(path) from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError) as error:
        raise no_classifier(path, error) from None


def _timeless_json(content: bytes) -> bytes:
    """Return Keras's JSON without the time of saving, memory addresses and layers of this project."""
    return json.dumps(_timeless(json.loads(content)), sort_keys=True, ensure_ascii=False).encode()


def _timeless(value: Any) -> Any:
    """Return a JSON value without `date_saved` and `shared_object_id`, which Keras does not read."""
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if key not in ("date_saved", "shared_object_id")}
        return {key: _timeless(inner) for key, inner in as_keras_layer(kept).items()}
    return [_timeless(inner) for inner in value] if isinstance(value, list) else value
