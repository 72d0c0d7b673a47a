"""Brick Insights' API: every set at once where the export answers, one by one where it doesn't."""

from collections.abc import Iterator
from typing import Any

import requests
from tqdm import tqdm

from themer.base.errors import UserError
from themer.catalogue.polite_http import PERMANENT_STATUSES, ask, require_success
from themer.catalogue.sets import SetObject
from themer.catalogue.snapshots import Journal


def export_url(base: str) -> str:
    """Return where the service answers with every set."""
    return f"{base}/api/sets/export"


def exported_sets(session: requests.Session, base: str) -> Iterator[SetObject] | None:
    """Return every set of the export, or nothing where the service has no export (HTTP 403, 404 or 410).

    The export is a plain array, or Laravel's pages `{"data": [...], "next_page_url": ...}`.
    """
    answer = ask(session, export_url(base))
    return None if answer.status_code in PERMANENT_STATUSES else _sets_of_pages(session, answer)


def _sets_of_pages(session: requests.Session, answer: requests.Response) -> Iterator[SetObject]:
    """Yield the sets of the first answer and of the pages that it leads to."""
    while True:
        found = _json_of(require_success(answer))
        page = found.get("data") if isinstance(found, dict) else found
        if not isinstance(page, list):
            raise UserError(f'{answer.url}: expected an array or {{"data": [...]}}, received {str(found)[:80]!r}.')
        yield from (_checked(one, answer.url) for one in page)
        following = found.get("next_page_url") if isinstance(found, dict) else None
        if following is None:
            return
        answer = ask(session, following)


def sets_one_by_one(session: requests.Session, base: str, numbers: list[str], journal: Journal) -> Iterator[SetObject]:
    """Yield the sets that the service knows among the numbers, asking for none that the journal holds."""
    for number in tqdm(numbers, desc="sets", unit=" sets"):
        if number not in journal:
            journal.keep(number, _ask_for_set(session, f"{base}/api/sets/{number}"))
        found = journal.found(number)
        if found is not None:
            yield found


def _ask_for_set(session: requests.Session, url: str) -> SetObject | None:
    """Return one set; the service answers an unknown number with status 200 and an error object."""
    answer = ask(session, url)
    if answer.status_code in PERMANENT_STATUSES:
        return None
    if answer.status_code != 200:
        raise UserError(f"{url}: HTTP {answer.status_code}. What was answered so far is kept: run again to go on.")
    found = _json_of(answer)
    return None if isinstance(found, dict) and "error" in found else _checked(found, url)


def _checked(found: Any, url: str) -> SetObject:
    """Return a set; raise UserError for one without a set number in text."""
    if not isinstance(found, dict) or not isinstance(found.get("set_id"), str) or not found["set_id"].strip():
        raise UserError(f"{url}: expected objects with a set_id in text, received {str(found)[:80]!r}.")
    return found


def _json_of(answer: requests.Response) -> Any:
    """Return the JSON in an answer, or raise UserError quoting what stands there instead."""
    try:
        return answer.json()
    except requests.exceptions.JSONDecodeError:
        raise UserError(f"{answer.url}: expected JSON, received {answer.text[:80]!r}.") from None
