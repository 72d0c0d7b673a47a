"""Compare real files with tools/schema.py."""

import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from themer.base.tables import read_csv
from tools.schema import STAGES, Field, File, Kind

FILES = [file for files in STAGES.values() for file in files]
OUTPUTS = ("outs", "metrics", "plots")


def outputs(folder: Path) -> dict[str, list[str]]:
    """Return the paths that each stage in a project's dvc.yaml declares as its outputs."""
    stages = yaml.safe_load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {name: [_path(out) for kind in OUTPUTS for out in stage.get(kind, [])] for name, stage in stages.items()}


def problems_of_project(folder: Path) -> list[str]:
    """Return how the outputs of a project's stages differ from the schema."""
    paths = [folder / out for declared in outputs(folder).values() for out in declared]
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    names = [file.relative_to(folder).as_posix() for file in files]
    missing = [
        f"{file.path}: there is no such file"
        for file in FILES
        if not file.only and not any(_describes(file, name) for name in names)
    ]
    return missing + [found for path, name in zip(files, names, strict=True) for found in problems_of_file(path, name)]


def problems_of_file(path: Path, name: str) -> list[str]:
    """Return how a file differs from what the schema says of the output `name`."""
    described = [file for file in FILES if _describes(file, name)]
    if len(described) != 1:
        return [f"{name}: described {len(described)} times"]
    fields = described[0].fields
    found = [_problem_of_columns(path, fields) if path.suffix in (".csv", ".gz") else None]
    for record in READERS[path.suffix](path):
        found += _problems_of_record(record, fields)
    return [f"{name}: {problem}" for problem in dict.fromkeys(found) if problem]


def _path(out: str | dict[str, Any]) -> str:
    """Return the path of an output in dvc.yaml, whether or not options follow it."""
    return next(iter(out)) if isinstance(out, dict) else out


def _describes(file: File, name: str) -> bool:
    """Return whether an entry of the schema is for a path, relative to the project."""
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(file.path)), name) is not None


def _field_of(name: str, fields: Iterable[Field]) -> Field | None:
    """Return the field with a name, in which `*` stands for any name."""
    return next((field for field in fields if re.fullmatch(re.escape(field.name).replace(r"\*", ".+"), name)), None)


def _problem_of_columns(path: Path, fields: tuple[Field, ...]) -> str | None:
    """Return how a table's columns differ from the schema's, also in order; a final `*` is one or more columns."""
    described, real = [field.name for field in fields], list(read_csv(path))
    if described[-1] == "*":
        described[-1:] = real[len(described) - 1 :]
    return None if described == real else f"the columns are {real}, not {described}"


def _problems_of_record(record: Any, fields: tuple[Field, ...]) -> Iterator[str | None]:
    """Yield the problems of a record: wrong values, values that the schema lacks, and missing ones."""
    found = set()
    for name, value in _leaves(record):
        field = _field_of(name, fields)
        found.add(field)
        yield f"{name} is not described" if field is None else _problem_of_value(_parsed(value, field.kind), field)
    yield from (f"{field.name} is missing" for field in fields if field not in found and not field.can_be_missing)


def _problem_of_value(value: Any, field: Field) -> str | None:
    """Return what is wrong with a value, if anything; None and "" are empty."""
    if value is None or (isinstance(value, str) and not value):
        return None if field.can_be_empty else f"{field.name} is empty"
    return None if FITS[field.kind](value, field) else f"{field.name}: {str(value)[:60]!r} is not {field.type}"


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value within a record with its name: `pictures.train`, `labels[]`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, f"{name}[]")
    else:
        yield name, value


class Cell(str):
    """A value from a table, in which every value is text."""


def _parsed(value: Any, kind: Kind) -> Any:
    """Return the value that a cell's text or bytes stand for, or the value as it is if it is of another kind."""
    if isinstance(value, bytes) and kind in ("text", "hexadecimal"):
        return value.decode()
    parse = {"integer": int, "number": float, "share": float}.get(kind)
    if not isinstance(value, Cell) or parse is None:
        return value
    try:
        return parse(value)
    except ValueError:
        return value


def _is_number(value: Any, field: Field) -> bool:
    """Return whether a value is a finite number within the field's bounds."""
    return type(value) in (int, float) and math.isfinite(value) and field.low <= value <= field.high


def _matches(pattern: str, value: Any) -> bool:
    """Return whether a value is text that matches a pattern."""
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _is_array(value: Any, field: Field) -> bool:
    """Return whether an array has the field's dtype and number of axes, and finite numbers."""
    return value.dtype.name == field.kind and value.ndim == len(field.axes) and bool(np.isfinite(value).all())


FITS: dict[Kind, Callable[[Any, Field], bool]] = {
    "text": lambda value, field: isinstance(value, str) and (not field.choices or value in field.choices),
    "hexadecimal": lambda value, field: _matches(rf"[0-9a-f]{{{field.digits}}}", value),
    "date": lambda value, field: _matches(r"\d{4}-\d\d-\d\d", value),
    "integer": lambda value, field: type(value) is int and _is_number(value, field),
    "number": _is_number,
    "share": _is_number,
    "float16": _is_array,
    "float32": _is_array,
    "PNG": lambda value, field: Image.open(io.BytesIO(value), formats=["PNG"]).mode == "RGB",
    "anything": lambda value, field: True,
}


def _rows(path: Path) -> Iterator[dict[str, Cell]]:
    """Yield the rows of a table."""
    yield from ({name: Cell(value) for name, value in row.items()} for row in read_csv(path).to_dict("records"))


def _objects(path: Path) -> list[Any]:
    """Return the items of a JSON file that holds a list, or else the one object that it holds."""
    value = json.loads(path.read_text(encoding="utf-8"))
    return value if isinstance(value, list) else [value]


def _examples(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a TFRecord file, with text as bytes."""
    # Imported here, so that checks of other files need no TensorFlow.
    from themer.base.quiet_tensorflow import tf

    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        features = tf.train.Example.FromString(record).features.feature
        yield {name: getattr(one, one.WhichOneof("kind")).value[0] for name, one in features.items()}


def _members(path: Path) -> list[dict[str, Any]]:
    """Return the members of a zip archive: the object in themer.json, and the others as bytes."""
    with zipfile.ZipFile(path) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    return [{name: json.loads(one) if name == "themer.json" else one for name, one in contents.items()}]


def _array(path: Path) -> list[dict[str, np.ndarray]]:
    """Return the array in a NumPy file."""
    return [{"array": np.load(path)}]


def _picture(path: Path) -> list[Any]:
    """Verify that a file is a picture. It has no fields."""
    with Image.open(path) as picture:
        picture.verify()
    return []


READERS: dict[str, Callable[[Path], Any]] = {
    ".csv": _rows,
    ".gz": _rows,
    ".jpg": _picture,
    ".js": lambda path: [],
    ".json": _objects,
    ".keras": _members,
    ".md": lambda path: [],
    ".npy": _array,
    ".png": _picture,
    ".tflite": _members,
    ".tfrecord": _examples,
    ".txt": lambda path: [],
}
