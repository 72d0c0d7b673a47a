"""Rebrickable: its tables of sets and themes, and its pictures."""

import csv
import gzip
import io
from collections.abc import Iterable
from functools import lru_cache, partial

from sample.services.catalogue import LegoSet, all_sets, at_rebrickable
from sample.services.pictures import picture
from sample.services.responses import NOT_FOUND, Answer, version
from sample.services.themes import THEMES


def media(file: str) -> Answer:
    """Return a picture at Rebrickable."""
    lego_set = all_sets().get(file.removesuffix(".jpg"))
    if lego_set is None or lego_set.theme_id is None or lego_set.oddity in {"nowhere", "broken promise"}:
        return NOT_FOUND
    return Answer(partial(picture, lego_set, "rebrickable", "original"), "image/jpeg")


@lru_cache(maxsize=2)
def table(name: str) -> Answer:
    """Return one of Rebrickable's tables: sets.csv.gz or themes.csv.gz."""
    if name == "themes.csv.gz":
        rows: Iterable[tuple] = [(theme.id, theme.name, theme.parent_id or "") for theme in THEMES]
        return zipped(("id", "name", "parent_id"), rows)
    if name == "sets.csv.gz":
        rows = [(s.number, s.name, s.year, s.theme_id, s.parts, image_url(s)) for s in at_rebrickable()]
        return zipped(("set_num", "name", "year", "theme_id", "num_parts", "img_url"), rows)
    return NOT_FOUND


def image_url(lego_set: LegoSet) -> str:
    """Return the picture's URL in Rebrickable's table, or "" where the set has none."""
    url = f"https://cdn.rebrickable.com/media/sets/{lego_set.number}.jpg?v={version()[:8]}"
    return "" if lego_set.oddity == "nowhere" else url


def zipped(header: tuple[str, ...], rows: Iterable[tuple]) -> Answer:
    """Return a table as gzipped CSV; equal rows give equal bytes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return Answer(gzip.compress(text.getvalue().encode(), mtime=0), "application/gzip")
