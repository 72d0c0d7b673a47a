"""CSV files as services and other programs write them: gzipped or not, and checked row by row."""

import csv
import gzip
import io
import zlib
from itertools import chain

import pandas

from themer.base.errors import UserError

GZIP_MAGIC = b"\x1f\x8b"
MOST_LAYERS = 3
OTHER_SEPARATORS = (";", "\t", "|")
END = "the end of the file"

# The number of a row's last line, and its fields.
NumberedRow = tuple[int, list[str]]


def gzipped_once(content: bytes) -> bytes:
    """Return a file with one layer of gzip: unchanged if it has one."""
    is_gzipped_once = content.startswith(GZIP_MAGIC) and not gzip.decompress(content).startswith(GZIP_MAGIC)
    # Without mtime=0, the bytes would hold the time.
    return content if is_gzipped_once else gzip.compress(gunzipped(content), mtime=0)


def gunzipped(content: bytes) -> bytes:
    """Return a file without its layers of gzip, if any."""
    for _ in range(MOST_LAYERS):
        if content.startswith(GZIP_MAGIC):
            content = gzip.decompress(content)
    return content


def is_cut(content: bytes) -> bool:
    """Return whether a file is only the beginning of a CSV: its gzip or its last row breaks off, or it is empty."""
    try:
        rows = _numbered_rows(content)
    except EOFError:
        return True
    except (OSError, zlib.error, ValueError, csv.Error):
        return False
    return not rows or _breaks_off(content, rows)


def parse_csv(content: bytes, needed: list[str], origin: str, optional_end: str) -> pandas.DataFrame:
    """Return a CSV, every column as text, with no spaces around the columns' names.

    Args:
        content: the file, gzipped or not.
        needed: columns that must be there.
        origin: the URL or path that error messages name.
        optional_end: the one of these before which a row may end.

    Raises:
        UserError: the file is no CSV in UTF-8, lacks columns, breaks off, or has a row that doesn't fit its heading.
    """
    rows = _parsed(content, origin)
    columns = [name.strip() for name in rows[0][1]]
    require_columns(columns, needed, origin)
    if _breaks_off(content, rows):
        line, row = rows[-1]
        raise UserError(
            f"{origin}: expected a gzipped CSV, but it ends in the middle of line {line:,}: {','.join(row)[-40:]!r}. "
            "Try again later. If the file is whole, complete that line and add a line end."
        )
    fewest = max(columns.index(name) + 1 for name in needed if name != optional_end)
    for line, row in rows[1:]:
        if len(row) < fewest or any(field.strip() for field in row[len(columns) :]):
            raise UserError(
                f"{origin}: line {line:,} has {len(row)} fields, but the heading has {len(columns)}: "
                f"{','.join(row)[:80]!r}. Put quotes around a field that contains a comma or a line end."
            )
    padded = [(row + [""] * len(columns))[: len(columns)] for _, row in rows[1:]]
    return pandas.DataFrame(padded, columns=columns, dtype=str)


def require_columns(columns: list[str], needed: list[str], origin: str) -> None:
    """Raise UserError naming the columns that a table lacks, with the reason if it is plain."""
    missing = [name for name in needed if name not in columns]
    if missing:
        separator = next((one for one in OTHER_SEPARATORS if len(columns) == 1 and one in columns[0]), None)
        remedy = f"Save it with commas in place of {separator!r}" if separator else "Check the source's address"
        raise UserError(f"{origin}: the columns {missing} are missing among {str(columns)[:120]}. {remedy}.")


def require_once(columns: list[str], names: list[str], origin: str) -> None:
    """Raise UserError naming a column that a table has more than once."""
    for name in names:
        if columns.count(name) > 1:
            raise UserError(f'{origin}: there are several columns "{name}". Keep only the right one.')


def _parsed(content: bytes, origin: str) -> list[NumberedRow]:
    """Return the heading and the rows of a CSV; raise UserError for anything else."""
    try:
        rows = _numbered_rows(content)
    except UnicodeDecodeError as error:
        line, byte = error.object[: error.start].count(b"\n") + 1, error.object[error.start : error.start + 1]
        raise UserError(
            f"{origin}: expected a gzipped CSV in UTF-8, but line {line:,} has the byte {byte!r}, as in other "
            "encodings such as cp1252. Save it in UTF-8."
        ) from None
    except EOFError as error:
        raise UserError(f"{origin}: expected a gzipped CSV, but it breaks off ({error}). Try again later.") from None
    except (OSError, zlib.error, ValueError, csv.Error) as error:
        raise _no_csv(content, str(error), origin) from None
    if not rows:
        raise _no_csv(content, "no row", origin)
    return rows


def _no_csv(content: bytes, reason: str, origin: str) -> UserError:
    """Return the error for a file that is no CSV."""
    return UserError(
        f"{origin}: expected a gzipped CSV, received {content[:40]!r} ({reason}). Check the source's address."
    )


def _numbered_rows(content: bytes) -> list[NumberedRow]:
    """Return the heading and the rows of a CSV that aren't empty; EOFError if it ends within a field or a character."""
    # A field without its second quote would take the line after the last one in.
    lines = csv.reader(chain(io.StringIO(_text(content), newline=""), ["\n", END]))
    *rows, end = [(lines.line_num, row) for row in lines if any(field.strip() for field in row)]
    if end[1] != [END]:
        raise EOFError(f"the quote before {end[1][-1][:40]!r} is never closed")
    return rows


def _text(content: bytes) -> str:
    """Return the text of a file in UTF-8, gzipped or not; EOFError if it ends within a character."""
    try:
        # Spreadsheets begin a file with a byte-order mark.
        return gunzipped(content).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise EOFError("within a character") from None
        raise


def _breaks_off(content: bytes, rows: list[NumberedRow]) -> bool:
    """Return whether the last line has no end: in a file without gzip's checksum, or after too few fields."""
    has_end = gunzipped(content).endswith((b"\n", b"\r"))
    return not has_end and (not content.startswith(GZIP_MAGIC) or len(rows[-1][1]) < len(rows[0][1]))
