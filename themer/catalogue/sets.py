"""Sets by their numbers: reading them, telling them from other rows, and an order unrelated to what they show."""

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from themer.base.errors import UserError
from themer.base.own_files import damaged, read_json

SetObject = dict[str, Any]
Row = TypeVar("Row")

MOST_LEFT_OUT = 0.1
MOST_EXAMPLES = 3
# A picture's file is named after its set; file systems take 255 bytes.
LONGEST_NUMBER = 200


def read_sets(path: Path) -> list[SetObject]:
    """Return the objects that the API sent, sorted by set number; raise UserError if the file is damaged."""
    sets: list[SetObject] = read_json(path)
    if not isinstance(sets, list) or not all(is_set(found) for found in sets):
        raise damaged(path, "not a list of sets")
    return sets


def is_set(row: Any) -> bool:
    """Return whether a row is an object whose set_id can be a set number: printable text that fits a file name."""
    number = row.get("set_id") if isinstance(row, dict) else None
    if not isinstance(number, str) or not number.strip() or not number.strip().isprintable():
        return False
    return len(quote(number)) <= LONGEST_NUMBER


def only_sets(rows: Iterable[Any], origin: str) -> Iterator[SetObject]:
    """Yield the rows that are sets, their numbers without spaces around them. At the end, name the others on stderr.

    Raises:
        UserError: more than a tenth of the rows are no sets; at the end.
    """
    total, others = 0, []
    for row in rows:
        total += 1
        if is_set(row):
            yield {**row, "set_id": row["set_id"].strip()}
        else:
            others.append(f"{origin}: expected objects whose set_id is a set number, received {str(row)[:80]!r}")
    leave_out(others, total, "Check the source's address.")


def leave_out(problems: Sequence[str], total: int, remedy: str) -> None:
    """Name a few problems, one for each row that is left out of a total, on stderr.

    Raises:
        UserError: more than a tenth of the rows have one.
    """
    if len(problems) > MOST_LEFT_OUT * total:
        raise UserError(f"{problems[0]} ({len(problems):,} of {total:,}). {remedy}")
    if problems:
        lines = [f"fetch: left out {len(problems):,} of {total:,}:", *problems[:MOST_EXAMPLES]]
        print(*lines, *["…"][: len(problems) - MOST_EXAMPLES], sep="\n  ", file=sys.stderr)


def last_of_each(rows: Iterable[tuple[str, Row]], kind: str) -> dict[str, Row]:
    """Return the last row of each number; name on stderr the numbers whose rows differ."""
    last, several = dict[str, Row](), set[str]()
    for number, row in rows:
        if last.setdefault(number, row) != row:
            several.add(number)
        last[number] = row
    if several:
        examples = ", ".join(sorted(several)[:MOST_EXAMPLES]) + (", …" if len(several) > MOST_EXAMPLES else "")
        print(
            f"fetch: {len(several):,} {kind} have several rows that differ; the last counts: {examples}",
            file=sys.stderr,
        )
    return last


def plain_text(value: Any) -> str:
    """Return what a service sent as a name as one line of text, "" for None.

    Spaces, line ends and control characters become one space, half a surrogate pair becomes U+FFFD.
    """
    whole = re.sub(r"[\ud800-\udfff]", "\ufffd", "" if value is None else str(value))
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", whole).strip()


def whole_number(text: str) -> str:
    """Return `504` for `504.0`, as a spreadsheet writes it, and any other text unchanged but for spaces around it."""
    return re.sub(r"^([0-9]+)\.0*$", r"\1", text.strip())


def number_without_variant(set_id: str) -> str:
    """Return `8684` for `8684-16`. Numbers such as `fig-000001` have no variant: none has so many digits."""
    number, _, variant = set_id.rpartition("-")
    return set_id if not number or re.fullmatch(r"[0-9]{5,}|0[0-9]{2,}", variant) else number


def shuffled(set_ids: Iterable[str], salt: str = "") -> list[str]:
    """Return set numbers in the order of their salted digests. Each salt gives another order.

    Sets with neighbouring numbers are often alike; this order separates them. Its first N are therefore a fair sample,
    and also among the first N + 1. Adding or removing a number leaves the order of the others unchanged.
    """
    return sorted(set_ids, key=lambda set_id: hashlib.sha256((salt + set_id).encode()).digest())
