"""Tables in CSV files. Every column is text, and the same rows give the same bytes."""

import csv
from pathlib import Path

import pandas

from themer.base.files import write_bytes
from themer.base.own_files import damaged


def write_csv(frame: pandas.DataFrame, path: Path) -> None:
    """Write a table without its index; lines end in LF. Half a surrogate pair, which UTF-8 can't hold, becomes `?`."""
    text = frame.to_csv(index=False, lineterminator="\n")
    if "\r" in text:
        # The writer leaves a lone CR without quotes, and a reader takes it for the end of the line.
        text = frame.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_ALL)
    write_bytes(text.encode(errors="replace"), path)


def read_csv(path: Path, *needed: str) -> pandas.DataFrame:
    """Read every column as text, so that "0011-2" keeps its zeros and a theme named "None" its name.

    Raises:
        UserError: the file is no table, or lacks needed columns.
    """
    try:
        table = pandas.read_csv(path, dtype=str, keep_default_na=False)
    except ValueError as error:
        raise damaged(path, error) from None
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise damaged(path, f"no column {', '.join(missing)}")
    return table


def read_rows(path: Path, *needed: str) -> pandas.DataFrame:
    """Read a table as `read_csv` does; raise UserError also if it has no rows."""
    table = read_csv(path, *needed)
    if table.empty:
        raise damaged(path, "no rows")
    return table


def has_several(frame: pandas.DataFrame, keys: list[str], column: str) -> pandas.Series:
    """Return for each row, as bool, whether the rows with the same keys have several values in a column.

    Rows with an empty key have none in common.
    """
    several = frame.groupby(keys)[column].transform("nunique") > 1
    return several & (frame[keys] != "").all(axis=1)


def column_by_set(path: Path, name: str) -> dict[str, str]:
    """Return a column of a table of sets, by set number."""
    table = read_csv(path, "set_id", name)
    return {str(set_id): str(value) for set_id, value in zip(table["set_id"], table[name], strict=True)}
