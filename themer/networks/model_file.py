"""One file that holds a trained classifier and all that is needed to use it, the same bytes for the same training.

It is an ordinary `.keras` file, which `keras.models.load_model` opens anywhere, with one member more: `themer.json`.
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
            target.writestr(member(name), _timeless_json(content) if name.endswith(".json") else content)
        target.writestr(member(DESCRIPTION_NAME), description_json(description))
    raw.unlink()
    part.replace(path)


def load_classifier(path: Path) -> Classifier:
    """Read what `save_classifier` wrote.

    Raises:
        UserError: there is no such file, or it is no classifier.
    """
    try:
        with zipfile.ZipFile(path) as file:
            description = read_description(file)
        return Classifier(keras.models.load_model(path, compile=False), description)
    except FileNotFoundError:
        raise no_model(path) from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError) as error:
        raise no_classifier(path, error) from None


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
