"""Rebrickable's tables of sets and themes."""

import gzip
import io
from pathlib import Path

import pandas
import requests

from themer.base.errors import UserError
from themer.base.files import write_bytes
from themer.catalogue.polite_http import Robots, ask, keep_a_day, require_success
from themer.catalogue.sets import SetObject

COLUMNS = {
    "sets": ["set_num", "name", "year", "theme_id", "img_url"],
    "themes": ["id", "name", "parent_id"],
}


def fetch_tables(session: requests.Session, base: str, folder: Path, cache: Path | None) -> dict[str, pandas.DataFrame]:
    """Fetch both tables unchanged into a folder; with a cache folder, at most once a day."""
    robots = Robots(session)
    for name in COLUMNS:
        url = f"{base}/media/downloads/{name}.csv.gz"
        robots.require(url)
        if cache is not None:
            keep_a_day(session, url, cache)
        content = require_success(ask(session, url)).content
        parse_table(content, name, url)
        write_bytes(content, folder / f"{name}.csv.gz")
    return {name: read_table(folder / f"{name}.csv.gz") for name in COLUMNS}


def as_set_objects(table: pandas.DataFrame) -> list[SetObject]:
    """Return rows of the sets table in the shape of Brick Insights' objects, without its pictures."""
    rows = table[["set_num", "name", "year"]].rename(columns={"set_num": "set_id"})
    return [{**row._asdict(), "image_urls": {}} for row in rows.itertuples(index=False)]


def read_table(path: Path) -> pandas.DataFrame:
    """Read a table that was kept on disk as it came."""
    return parse_table(path.read_bytes(), path.name.split(".")[0], str(path))


def parse_table(content: bytes, name: str, seen_at: str) -> pandas.DataFrame:
    """Return a gzipped table, every column as text.

    Raises:
        UserError: the bytes are no gzipped CSV, or columns that we need are missing.
    """
    try:
        frame = pandas.read_csv(io.BytesIO(gzip.decompress(content)), dtype=str, keep_default_na=False)
    except (gzip.BadGzipFile, EOFError, ValueError) as error:
        raise UserError(f"{seen_at}: expected a gzipped CSV, received {content[:40]!r} ({error}).") from None
    missing = [column for column in COLUMNS[name] if column not in frame.columns]
    if missing:
        raise UserError(f"{seen_at}: the columns {missing} are missing; it has {list(frame.columns)}.")
    return frame
