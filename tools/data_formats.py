"""Write docs/data_formats.md from the schema: make docs."""

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from tools.schema import SHARED, STAGES, Field, File

DOCUMENT = Path("docs/data_formats.md")
WIDTH = 120
INTRODUCTION = """\
# Data formats

<!-- written by: make docs -->

Every file that the pipeline writes, stage by stage. `make docs` writes this page from
[tools/schema.py](../tools/schema.py), and tests check real files against it.

- **Tables** are CSV in UTF-8: a line of headings, columns in the order given here. Read every column as text
  (`themer.base.tables.read_csv`), or the set `0011-2` loses its zeros.
- **JSON** is in UTF-8. `pictures.train` is the key `train` within `pictures`, `labels[]` each item of a list, and `*`
  any key. If a file holds a list, the keys are those of each object in it.
- **Numbers** have at most six decimals. A *share* is a number from 0 to 1. Test, out-of-fold and validation
  probabilities have all digits of a float32; `themer.json` and `models/index/index.json` have those of a float64.
- **Empty** is an empty cell, or `null` in JSON. A *missing* key is not there at all.
- **Intervals** are at the level `evaluate.confidence_level`.
- **Cross-validation** is skipped with `cross_validate.folds: 0`, and for a network without pretrained weights unless
  `cross_validate.fine_tuned` is on.

These are not outputs: `models/.checkpoint/` and `models/.folds/` hold the state of an interrupted run, `.cache/` the
locks of running stages, and `data/photos/` your photos. What was downloaded once is also in `lego-themer` in your cache
folder, or in the folder that `LEGO_THEMER_CACHE` names: up to 20 GB, for all clones. No picture is requested again, and
no table within a day.

## Shared fields

A file with one of these fields lists all its fields in order, and explains only the others.
"""


def main() -> None:
    """Write the document."""
    DOCUMENT.write_text(document(), encoding="utf-8")


def document() -> str:
    """Return the text of the document."""
    stages = [f"## {stage}\n\n" + "\n".join(map(section, files)) for stage, files in STAGES.items()]
    return "\n".join([INTRODUCTION, explained(SHARED), *stages])


def section(file: File) -> str:
    """Return the section of a file: what it is, the list of its fields if some are shared, and the other fields."""
    own = [field for field in file.fields if not is_shared(field)]
    about = f"Written only {file.only}. {file.about}" if file.only else file.about
    paragraphs = [about, order(file) if len(own) < len(file.fields) else "", gaps(file.fields)]
    parts = [f"### `{file.path}`\n", *(f"{wrapped(part)}\n" for part in paragraphs if part)]
    return "\n".join([*parts, explained(own)] if own else parts)


def is_shared(field: Field) -> bool:
    """Return whether the list of shared fields explains a field, wherever it is and whether or not it can be empty."""
    return replace(field, within="", can_be_empty=False, can_be_missing=False) in SHARED


def order(file: File) -> str:
    """Return a sentence with the names of a file's fields in order."""
    kind = {".csv": "Columns", ".gz": "Columns", ".json": "Keys"}.get(Path(file.path).suffix, "Fields")
    return f"{kind}: {names(file.fields)}."


def gaps(fields: tuple[Field, ...]) -> str:
    """Return sentences that say which fields can be empty, and which missing."""
    empty = some_of(fields, [field for field in fields if field.can_be_empty])
    missing = some_of(fields, [field for field in fields if field.can_be_missing])
    return " ".join([f"Can be empty: {empty}."] * bool(empty) + [f"Can be missing: {missing}."] * bool(missing))


def some_of(fields: tuple[Field, ...], chosen: list[Field]) -> str:
    """Return the names of the chosen fields, or of the others if these are fewer."""
    others = [field for field in fields if field not in chosen]
    if len(chosen) <= len(others):
        return names(chosen)
    return f"all but {names(others)}" if others else "all"


def names(fields: Iterable[Field]) -> str:
    """Return the names of fields, separated by commas."""
    return ", ".join(f"`{field.name}`" for field in fields)


def explained(fields: Iterable[Field]) -> str:
    """Return a list of fields with their types and meanings; neighbours that share both share an item."""
    alike = groupby(fields, lambda field: f"({field.type}): {field.meaning}")
    return "".join(f"{wrapped(f'- {names(some)} {what}', '  ')}\n" for what, some in alike)


def wrapped(text: str, indent: str = "") -> str:
    """Return a paragraph in lines of at most 120 characters, indented from the second line."""
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    main()
