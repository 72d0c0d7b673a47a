"""Rebrickable's tables of sets and themes."""

import gzip
import io
from pathlib import Path

import pandas
import requests

from themer.base.errors import UserError
from themer.base.files import write_bytes
from themer.catalogue.polite_http import cache_for_a_day, get, require_success
from themer.catalogue.robots import Robots
from themer.catalogue.sets import SetObject

COLUMNS = {
    "sets": ["set_num", "name", "year", "theme_id", "img_url"],
    "themes": ["id", "name", "parent_id"],
}


def fetch_tables(session: requests.Session, base: str, folder: Path, cache: Path | None) -> dict[str, pandas.DataFrame]:
    """Fetch both tables into a folder, unchanged, and return them by name.

    With a cache folder, each table is fetched at most once a day.

    Raises:
        UserError: a table can't be fetched, robots.txt forbids it, or it lacks columns.
    """
    robots = Robots(session)
    for name in COLUMNS:
        url = f"{base}/media/downloads/{name}.csv.gz"
        robots.require(url)
        if cache is not None:
            cache_for_a_day(session, url, cache)
        content = require_success(get(session, url)).content
        parse_table(content, name, url)
        write_bytes(content, folder / f"{name}.csv.gz")
    return {name: read_table(folder / f"{name}.csv.gz") for name in COLUMNS}


def as_set_objects(table: pandas.DataFrame) -> list[SetObject]:
    """Return the rows of the sets table in the form of Brick Insights' objects, without pictures."""
    rows = table[["set_num", "name", "year"]].rename(columns={"set_num": "set_id"})
    return [{**row._asdict(), "image_urls": {}} for row in rows.itertuples(index=False)]


def read_table(path: Path) -> pandas.DataFrame:
    """Read a table that `fetch_tables` wrote; the file name says which one."""
    return parse_table(path.read_bytes(), path.name.split(".")[0], str(path))


def parse_table(content: bytes, name: str, origin: str) -> pandas.DataFrame:
    """Return a gzipped CSV table, every column as text. Error messages name its origin, a URL or a path.

    Raises:
        UserError: the bytes are no gzipped CSV, or lack one of the table's `COLUMNS`.
    """
    try:
        frame = pandas.read_csv(io.BytesIO(gzip.decompress(content)), dtype=str, keep_default_na=False)
    except (gzip.BadGzipFile, EOFError, ValueError) as error:
        raise UserError(
            f"{origin}: expected a gzipped CSV, received {content[:40]!r} ({error}). Check the source's address."
        ) from None
    missing = [column for column in COLUMNS[name] if column not in frame.columns]
    if missing:
        raise UserError(
            f"{origin}: the columns {missing} are missing among {list(frame.columns)}. Check the source's address."
        )
    return frame
