"""The API of Brick Insights: all sets in one export where the service has one, or one request per set."""

from collections.abc import Iterator
from typing import Any

import requests
from tqdm import tqdm

from themer.base.errors import UserError
from themer.catalogue.polite_http import PERMANENT_STATUSES, get, require_success
from themer.catalogue.sets import SetObject
from themer.catalogue.snapshots import Journal


def export_url(base: str) -> str:
    """Return the URL of the export, which holds every set."""
    return f"{base}/api/sets/export"


def exported_sets(session: requests.Session, base: str) -> Iterator[SetObject] | None:
    """Return every set of the export, or None if the service has no export (HTTP 403, 404 or 410).

    The export is a plain array, or pages in Laravel's format, `{"data": [...], "next_page_url": ...}`.

    Raises:
        UserError: there is no response, or it is no export; also while iterating.
    """
    response = get(session, export_url(base))
    return None if response.status_code in PERMANENT_STATUSES else _sets_of_pages(session, response)


def _sets_of_pages(session: requests.Session, response: requests.Response) -> Iterator[SetObject]:
    """Yield the sets of the first page and of all pages after it."""
    while True:
        content = _json_of(require_success(response))
        page = content.get("data") if isinstance(content, dict) else content
        if not isinstance(page, list):
            raise _unexpected(response.url, 'an array or {"data": [...]}', content)
        yield from (_checked(item, response.url) for item in page)
        next_url = content.get("next_page_url") if isinstance(content, dict) else None
        if next_url is None:
            return
        response = get(session, next_url)


def sets_one_by_one(session: requests.Session, base: str, numbers: list[str], journal: Journal) -> Iterator[SetObject]:
    """Yield the sets that the service has among the numbers, without a request for those in the journal."""
    for number in tqdm(numbers, desc="sets", unit=" sets"):
        if number not in journal:
            journal.keep(number, _get_set(session, f"{base}/api/sets/{number}"))
        found = journal.found(number)
        if found is not None:
            yield found


def _get_set(session: requests.Session, url: str) -> SetObject | None:
    """Return one set, or None for an unknown number: the service sends those status 200 and an error object."""
    response = get(session, url)
    if response.status_code in PERMANENT_STATUSES:
        return None
    if response.status_code != 200:
        raise UserError(f"{url}: HTTP {response.status_code}. The sets so far are kept: run again to go on.")
    content = _json_of(response)
    return None if isinstance(content, dict) and "error" in content else _checked(content, url)


def _checked(item: Any, url: str) -> SetObject:
    """Return a set; raise UserError unless it is an object whose set_id is text."""
    if not isinstance(item, dict) or not isinstance(item.get("set_id"), str) or not item["set_id"].strip():
        raise _unexpected(url, "objects whose set_id is text", item)
    return item


def _json_of(response: requests.Response) -> Any:
    """Return the JSON of a response; raise UserError quoting anything else."""
    try:
        return response.json()
    except requests.exceptions.JSONDecodeError:
        raise _unexpected(response.url, "JSON", response.text) from None


def _unexpected(url: str, expected: str, received: Any) -> UserError:
    """Return the error for content of another form than expected."""
    return UserError(f"{url}: expected {expected}, received {str(received)[:80]!r}. Check the source's address.")
