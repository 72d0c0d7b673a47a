"""Rebrickable's tables of sets and themes."""

from collections.abc import Callable
from pathlib import Path

import pandas

from themer.base.errors import UserError
from themer.base.files import write_bytes
from themer.base.own_files import damaged
from themer.catalogue.csv_files import gzipped_once, is_cut, parse_csv, require_columns, require_once
from themer.catalogue.download_cache import DownloadCache, Kept
from themer.catalogue.polite_http import get_as_sent, require_success
from themer.catalogue.robots import Robots
from themer.catalogue.sets import SetObject, whole_number

COLUMNS = {
    "sets": ["set_num", "theme_id"],
    "themes": ["id", "name", "parent_id"],
}
# Of the table of sets, for a source without Brick Insights.
MORE_COLUMNS = ["name", "year", "img_url"]
INTEGER_COLUMNS = {"year", "theme_id", "id", "parent_id"}
# How other programs write that there is no parent or no picture.
NO_VALUE = {"", "nan", "null", "none", "na", "n/a", "<na>", "\\n"}
DAY_SECONDS = 86_400


def fetch_tables(
    robots: Robots,
    base: str,
    folder: Path,
    cache: DownloadCache | None,
    check: Callable[[dict[str, pandas.DataFrame]], None],
) -> dict[str, pandas.DataFrame]:
    """Fetch both tables into a folder and return them by name.

    They stay as they are, but for the layers of gzip: each file has one, whatever a mirror took off or added.

    With a cache, each table is asked for at most once a day, and then with the tag of the kept one.

    Raises:
        UserError: a table can't be fetched, robots.txt forbids it, it lacks columns, or `check` raises it: then the
            cache keeps no table of this call.
    """
    fetched, tables = dict[str, Kept](), dict[str, pandas.DataFrame]()
    for name in COLUMNS:
        url = f"{base}/media/downloads/{name}.csv.gz"
        kept = None if cache is None else cache.find(url)
        # A negative age means that the clock was set back: the table may be older than a day.
        if kept is None or not 0 <= kept.age_seconds < DAY_SECONDS:
            robots.require(url)
            fetched[url] = kept = _fetched(robots, url, kept)
        tables[name] = parse_table(kept.content, name, url)
        write_bytes(gzipped_once(kept.content), folder / f"{name}.csv.gz")
    # Before anything is kept: a bad table would come back from the cache for a day.
    check(tables)
    if cache is not None:
        for url, one in fetched.items():
            cache.keep(url, one.content, one.etag)
    return tables


def _fetched(robots: Robots, url: str, kept: Kept | None) -> Kept:
    """Return a table as it was sent, or the kept one if the service says that it is unchanged."""
    headers = {"If-None-Match": kept.etag} if kept and kept.etag else {}
    response, content = get_as_sent(robots.session, url, headers, robots.hooks, is_cut)
    if kept is not None and response.status_code == 304:
        return kept
    require_success(response)
    return Kept(content, response.headers.get("ETag", ""), age_seconds=0)


def as_set_objects(table: pandas.DataFrame) -> list[SetObject]:
    """Return the rows of the sets table in the form of Brick Insights' objects, without pictures.

    Raises:
        UserError: the table lacks the columns that only this source needs.
    """
    require_columns(list(table.columns), MORE_COLUMNS, "sets.csv.gz, for a source without brick_insights")
    rows = table[["set_num", "name", "year"]].rename(columns={"set_num": "set_id"})
    return [{**row._asdict(), "image_urls": {}} for row in rows.itertuples(index=False)]


def read_table(path: Path) -> pandas.DataFrame:
    """Read a table that `fetch_tables` wrote; the file name says which one. Raise UserError if it is damaged."""
    try:
        return parse_table(path.read_bytes(), path.name.split(".")[0], "it")
    except UserError as error:
        raise damaged(path, str(error).removeprefix("it: ").partition(". ")[0]) from None


def parse_table(content: bytes, name: str, origin: str) -> pandas.DataFrame:
    """Return a CSV table, gzipped or not, every column as text. Error messages name its origin, a URL or a path.

    Raises:
        UserError: the bytes are no CSV, a row doesn't fit the heading, or it lacks one of the table's `COLUMNS`.
    """
    frame = parse_csv(content, COLUMNS[name], origin, optional_end="parent_id")
    require_once(list(frame.columns), [*COLUMNS[name], *MORE_COLUMNS, *sorted(INTEGER_COLUMNS)], origin)
    return _tidied(frame, name, origin)


def _tidied(frame: pandas.DataFrame, name: str, origin: str) -> pandas.DataFrame:
    """Return a table as Rebrickable writes it, even if a spreadsheet or another program has rewritten it."""
    frame = frame.assign(**{column: frame[column].map(whole_number) for column in INTEGER_COLUMNS & {*frame.columns}})
    if name == "themes":
        # Other programs write 0 or -1 for no parent; neither is missing if a theme has this id.
        absent = NO_VALUE | ({"0", "-1"} - {*frame["id"]})
        return frame.assign(parent_id=["" if text.lower() in absent else text for text in frame["parent_id"]])
    if "img_url" in frame:
        frame = frame.assign(img_url=["" if text.strip().lower() in NO_VALUE else text for text in frame["img_url"]])
    return frame.assign(set_num=frame["set_num"].str.strip())
