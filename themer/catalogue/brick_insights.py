"""The API of Brick Insights: all sets in one export where the service has one, or one request per set."""

import json
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urldefrag, urljoin

import requests
from tqdm import tqdm

from themer.base.errors import UserError
from themer.catalogue.polite_http import PERMANENT_STATUSES, get, require_success
from themer.catalogue.robots import Robots
from themer.catalogue.sets import MOST_LEFT_OUT, SetObject, is_set, leave_out, only_sets
from themer.catalogue.snapshots import Journal

# What a service without an export says, apart from an error object.
NO_EXPORT_STATUSES = PERMANENT_STATUSES | {403, 405}
# So few failures may be chance.
FEWEST_FAILURES = 3
# So many pages in a row without a new set: then the pages have no end.
MOST_REPEATS = 3
RUN_AGAIN = "The sets so far are kept: run again to go on."


def export_url(base: str) -> str:
    """Return the URL of the export, which holds every set."""
    return f"{base}/api/sets/export"


def exported_sets(robots: Robots, base: str) -> Iterator[SetObject] | None:
    """Return every set of the export, or None if the service has no export: HTTP 403, 404, 405, 410, "not found".

    The export is a plain array, or pages in one of Laravel's formats: `{"data": [...], "next_page_url": ...,
    "total": ...}` or `{"data": [...], "links": {"next": ...}, "meta": {"total": ...}}`.

    Raises:
        UserError: robots.txt forbids it, there is no response, or it is no export; also while iterating.
    """
    response = _get_allowed(robots, export_url(base))
    if response.status_code in NO_EXPORT_STATUSES:
        return None
    content = _json_of(require_success(response))
    if _says_not_found(content):
        return None
    return only_sets(_rows_of_pages(robots, response.url, content), export_url(base))


def _rows_of_pages(robots: Robots, url: str, content: Any) -> Iterator[Any]:
    """Yield the rows of the first page, its JSON, and of those after it, up to a page that was there before."""
    urls, known, repeats = {url}, set[int](), 0
    while True:
        page = _rows_of(content, url)
        new = {_row_key(row) for row in page} - known
        known |= new
        yield from page if new else ()
        repeats = 0 if new else repeats + 1
        following = _next_url(content, url)
        if following is None or following in urls or repeats == MOST_REPEATS:
            _require_all(len(known), _total(content), following, url)
            return
        urls.add(following)
        response = _get_allowed(robots, following)
        url, content = response.url, _json_of(require_success(response))


def _rows_of(content: Any, url: str) -> list[Any]:
    """Return the rows of a page, or of an export without pages."""
    page = content.get("data") if isinstance(content, dict) else content
    if not isinstance(page, list):
        raise _unexpected(url, 'an array or {"data": [...]}', content)
    return page


def _row_key(row: Any) -> int:
    """Return what tells a row from others."""
    return hash(row["set_id"] if is_set(row) else str(row))


def _next_url(content: Any, url: str) -> str | None:
    """Return the URL of the next page; both of Laravel's formats may give it relative to this one."""
    if not isinstance(content, dict):
        return None
    links = content.get("links")
    following = content.get("next_page_url") or (links.get("next") if isinstance(links, dict) else None)
    if not following:
        return None
    try:
        joined: str = urldefrag(urljoin(url, following)).url
    except (TypeError, ValueError, AttributeError):
        raise _unexpected(url, "the address of the next page", following) from None
    return joined


def _total(content: Any) -> int | None:
    """Return how many sets the service counts, if it says so."""
    meta = content.get("meta") if isinstance(content, dict) else None
    counts = [str(place.get("total")).replace(",", "") for place in (content, meta) if isinstance(place, dict)]
    found = [re.fullmatch(r"([0-9]{1,9})(\.0*)?", count) for count in counts]
    return next((int(one[1]) for one in found if one), None)


def _require_all(sets: int, total: int | None, following: str | None, url: str) -> None:
    """Raise UserError for fewer different sets than the service counts; without a count, say if the pages don't end."""
    if total is not None and sets < total:
        raise UserError(f"{url}: the pages hold {sets:,} sets, but the service counts {total:,}. Try again later.")
    if total is None and following is not None:
        message = f"fetch: {url} names a next page, {following}, but the last pages had no new sets: {sets:,} so far"
        tqdm.write(message, file=sys.stderr)


def sets_one_by_one(
    robots: Robots, base: str, numbers: list[str], journal: Journal, limit: int | None = None
) -> Iterator[SetObject]:
    """Yield the sets that the service has among the numbers, up to a limit, without a request for those in the journal.

    At the end, the sets that can't be had are named on stderr. The journal has them as missing.

    Raises:
        UserError: more than a tenth of the sets can't be had.
    """
    failures, given, tried = list[str](), 0, 0
    for tried, number in enumerate(tqdm(numbers, desc="sets", unit=" sets"), start=1):
        if number not in journal:
            try:
                answer = _get_set(robots, base, number)
            except UserError as error:
                failures.append(str(error))
                journal.missing.append(number)
                if len(failures) > max(FEWEST_FAILURES, MOST_LEFT_OUT * tried):
                    leave_out(failures, tried, RUN_AGAIN)
                continue
            journal.keep(number, answer)
        found = journal.found(number)
        if found is not None:
            yield found
            given += 1
        if given == limit:
            break
    leave_out(failures, tried, RUN_AGAIN)


def _get_set(robots: Robots, base: str, number: str) -> SetObject | None:
    """Return one set, or None for an unknown number: the service sends those status 200 and an error object."""
    # Quoted, so that a slash in a number leads to no other address.
    url = f"{base}/api/sets/{quote(number, safe='')}"
    response = _get_allowed(robots, url)
    if response.status_code in PERMANENT_STATUSES:
        return None
    content = _json_of(require_success(response))
    if _says_not_found(content):
        return None
    if not is_set(content) or content["set_id"].strip() != number:
        raise _unexpected(url, f"an object whose set_id is {number}", content)
    return {**content, "set_id": number}


def _says_not_found(content: Any) -> bool:
    """Return whether JSON is an error object for what the service doesn't have; other errors may pass."""
    return isinstance(content, dict) and "not found" in str(content.get("error", "")).lower()


def _get_allowed(robots: Robots, url: str) -> requests.Response:
    """Return the response for a URL that robots.txt allows. JSON that breaks off is requested again."""
    robots.require(url)
    return get(robots.session, url, robots.hooks, _is_cut)


def _is_cut(content: bytes) -> bool:
    """Return whether this is only the beginning of JSON, or nothing: the connection closed early."""
    if content.removeprefix(BOM_UTF8).lstrip()[:1] not in (b"", b"[", b"{"):
        return False
    try:
        json.loads(content)
    except RecursionError:
        return False
    except ValueError:
        return True
    return False


def _json_of(response: requests.Response) -> Any:
    """Return the JSON of a response, which is in UTF-8 whatever the headers say; raise UserError quoting anything else.

    Deeply nested JSON is a RecursionError.
    """
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        if _is_cut(response.content):
            message = f"{response.url}: the JSON breaks off after {len(response.content):,} bytes. Try again later."
            raise UserError(message) from None
        raise _unexpected(response.url, "JSON", response.content[:80].decode(errors="replace")) from None


def _unexpected(url: str, expected: str, received: Any) -> UserError:
    """Return the error for content of another form than expected."""
    return UserError(f"{url}: expected {expected}, received {str(received)[:80]!r}. Check the source's address.")
