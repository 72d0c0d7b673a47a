"""What docs/data_formats.md says of each file, and where a real file is otherwise."""

import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from tests.conftest import PROJECT
from tests.test_declared import declared
from themer.base.quiet_tensorflow import tf
from themer.base.tables import read_csv

DOCUMENT = PROJECT / "docs" / "data_formats.md"
FIELD = re.compile(r"^\| `(.+?)` \| ([\w ]+) \| (.*?) ?\| (no|yes|left out|yes, or left out) \| .+ \|$", re.MULTILINE)
RANGE = re.compile(r"(-?[\d.]+) (?:to (-?[\d.]+)|or more)(, \w+)?")


@dataclass(frozen=True)
class Field:
    """A row of a table: a column or key, its type, which values it may have, and whether it may be empty."""

    name: str
    kind: str
    values: str
    empty: str

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with a value, if anything is; None and "" are empty."""
        if value is None or (isinstance(value, str) and not value):
            return None if "yes" in self.empty else f"{self.name} is empty"
        fits = KINDS[self.kind](value, self.values)
        return None if fits else f"{self.name}: {str(value)[:60]!r} is not {self.kind} {self.values}".rstrip()


@dataclass(frozen=True)
class Format:
    """What the document says of a file, or of all files whose names differ in what is in braces."""

    stage: str
    path: str
    is_occasional: bool
    fields: list[Field]

    def describes(self, path: str) -> bool:
        """Tell whether a path, relative to the project, is such a file."""
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(self.path))
        return re.fullmatch(pattern, path) is not None

    def field(self, name: str) -> Field | None:
        """Return the field of a name, in which [] and * stand for what is in a list or object."""
        patterns = ((field, re.escape(field.name).replace(r"\*", ".+")) for field in self.fields)
        return next((field for field, pattern in patterns if re.fullmatch(pattern, name)), None)


@cache
def read_formats() -> list[Format]:
    """Return what the document says: a heading for each stage, one for each file in it, and a table of its fields."""
    found = []
    for stage, body in _sections(DOCUMENT.read_text(encoding="utf-8"), "## "):
        for title, text in _sections(body, "### "):
            path = re.match("`(.+)`", title)
            assert path, f"{title}: the heading of a file is its path in backticks"
            fields = [Field(*row.groups()) for row in FIELD.finditer(text)]
            assert len(fields) == max(0, text.count("\n|") - 2), f"{title}: a row that can't be read"
            found.append(Format(stage, path[1], "(only" in title, fields))
    return found


def outputs(folder: Path) -> dict[str, list[str]]:
    """Return the paths that each stage declares in a project's dvc.yaml that it writes."""
    stages = yaml.safe_load((folder / "dvc.yaml").read_text())["stages"]
    return {name: declared(stage, "outs", "metrics", "plots") for name, stage in stages.items()}


def problems_of_project(folder: Path) -> list[str]:
    """Return where what the stages have written in a project is otherwise than the document says."""
    paths = [folder / out for declared in outputs(folder).values() for out in declared]
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    names = [file.relative_to(folder).as_posix() for file in files]
    missing = [
        f"{form.path}: there is no such file"
        for form in read_formats()
        if not form.is_occasional and not any(map(form.describes, names))
    ]
    return missing + [found for file, name in zip(files, names, strict=True) for found in problems_of_file(file, name)]


def problems_of_file(file: Path, name: str) -> list[str]:
    """Return where a file is otherwise than what is written in the place `name` should be."""
    forms = [form for form in read_formats() if form.describes(name)]
    if len(forms) != 1:
        return [f"{name}: described {len(forms)} times"]
    found = [_problem_of_columns(file, forms[0]) if file.suffix in (".csv", ".gz") else None]
    for record in READERS[file.suffix](file):
        found += _problems_of_record(record, forms[0])
    return [f"{name}: {problem}" for problem in dict.fromkeys(found) if problem]


def _sections(text: str, mark: str) -> Iterator[tuple[str, str]]:
    """Yield the title and the text of each section whose heading starts with a mark."""
    parts = re.split(rf"^{mark}(.+)$", text, flags=re.MULTILINE)
    return zip(parts[1::2], parts[2::2], strict=True)


def _problem_of_columns(file: Path, form: Format) -> str | None:
    """Return how the columns of a table differ from those described, which are in this order; `*` ends with any."""
    described, real = [field.name for field in form.fields], list(read_csv(file))
    if described[-1] == "*":
        described[-1:] = real[len(described) - 1 :]
    return None if described == real else f"the columns are {real}, not {described}"


def _problems_of_record(record: Any, form: Format) -> Iterator[str | None]:
    """Yield what is wrong with the values of a record, what is not described, and what is missing."""
    seen = set()
    for name, value in _leaves(record):
        field = form.field(name)
        seen.add(field)
        yield f"{name} is not described" if field is None else field.problem(_parsed(value, field.kind))
    yield from (f"{field.name} is missing" for field in form.fields if field not in seen and "left" not in field.empty)


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
    """A value from a table, where all is text."""


def _parsed(value: Any, kind: str) -> Any:
    """Return what text in a cell or bytes stand for, themselves where they are not of the type."""
    if isinstance(value, bytes) and kind in ("text", "hexadecimal"):
        return value.decode()
    parse = {"integer": int, "number": float, "share": float}.get(kind)
    if not isinstance(value, Cell) or parse is None:
        return value
    try:
        return parse(value)
    except ValueError:
        return value


def _is_number(value: Any, values: str) -> bool:
    """Tell whether a value is a number within a range, `0 to 1` or `1 or more, pixels`."""
    range_ = RANGE.fullmatch(values)
    assert range_, f"{values!r} is no range"
    low, high = float(range_[1]), float(range_[2] or math.inf)
    return type(value) in (int, float) and math.isfinite(value) and low <= value <= high


def _matches(pattern: str, value: Any) -> bool:
    """Tell whether a value is text of this pattern."""
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _is_array(value: Any, values: str) -> bool:
    """Tell whether an array has as many axes as are named, `pictures × width`, and finite numbers."""
    return value.ndim == values.count("×") + 1 and bool(np.isfinite(value).all())


KINDS: dict[str, Callable[[Any, str], bool]] = {
    "text": lambda value, values: isinstance(value, str) and (not values or f"`{value}`" in values.split(", ")),
    "hexadecimal": lambda value, values: _matches(rf"[0-9a-f]{{{int(values.split()[0])}}}", value),
    "date": lambda value, values: _matches(r"\d{4}-\d\d-\d\d", value),
    "integer": lambda value, values: type(value) is int and _is_number(value, values),
    "number": _is_number,
    "share": _is_number,
    "float16": lambda value, values: value.dtype == np.float16 and _is_array(value, values),
    "float32": lambda value, values: value.dtype == np.float32 and _is_array(value, values),
    "PNG": lambda value, values: Image.open(io.BytesIO(value), formats=["PNG"]).mode == "RGB",
    "anything": lambda value, values: True,
}


def _rows(path: Path) -> Iterator[dict[str, Cell]]:
    """Yield the rows of a table."""
    yield from ({name: Cell(value) for name, value in row.items()} for row in read_csv(path).to_dict("records"))


def _objects(path: Path) -> list[Any]:
    """Return the objects of a JSON file that holds a list of them, or the one that it holds."""
    value = json.loads(path.read_text(encoding="utf-8"))
    return value if isinstance(value, list) else [value]


def _examples(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a TFRecord file, text as bytes."""
    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        features = tf.train.Example.FromString(record).features.feature
        yield {name: getattr(one, one.WhichOneof("kind")).value[0] for name, one in features.items()}


def _members(path: Path) -> list[dict[str, Any]]:
    """Return the members of a zip archive as bytes, but what is in themer.json one by one."""
    with zipfile.ZipFile(path) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    return [{name: json.loads(one) if name == "themer.json" else one for name, one in contents.items()}]


def _array(path: Path) -> list[dict[str, np.ndarray]]:
    """Return the array in a file of NumPy."""
    return [{"array": np.load(path)}]


def _picture(path: Path) -> list[Any]:
    """Read a picture, of which nothing more is described."""
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
