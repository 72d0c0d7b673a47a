"""Tables in CSV files. Every column is text, and the same rows give the same bytes."""

from pathlib import Path

import pandas

from themer.base.files import write_bytes


def write_csv(frame: pandas.DataFrame, path: Path) -> None:
    """Write a table without its index; lines end in LF."""
    write_bytes(frame.to_csv(index=False, lineterminator="\n").encode(), path)


def read_csv(path: Path) -> pandas.DataFrame:
    """Read every column as text, so that "0011-2" keeps its zeros and a theme named "None" its name."""
    return pandas.read_csv(path, dtype=str, keep_default_na=False)


def column_by_set(path: Path, name: str) -> dict[str, str]:
    """Return a column of a table of sets, by set number."""
    return {str(set_id): str(value) for set_id, value in read_csv(path).set_index("set_id")[name].items()}
