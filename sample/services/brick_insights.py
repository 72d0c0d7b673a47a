"""Brick Insights: its API of sets, and its pictures in several sizes."""

from functools import lru_cache, partial

from sample.services.catalogue import WITHOUT_PICTURE, LegoSet, all_sets, at_brick_insights
from sample.services.pictures import SIZES, media_type, picture
from sample.services.responses import NOT_FOUND, Answer, as_json, version

PAGE = b"<!DOCTYPE html>\n<html><head><title>Just a moment</title></head><body>One moment, please.</body></html>\n"
STATUS_OF = {"404": 404, "410": 410}


@lru_cache(maxsize=1)
def export_objects() -> dict[str, dict]:
    """Return the API's object of every set at Brick Insights, by set number."""
    return {lego_set.number: api_object(row, lego_set) for row, lego_set in enumerate(at_brick_insights(), start=1)}


def api_object(row: int, lego_set: LegoSet) -> dict:
    """Return the API's object of a set."""
    image = "" if lego_set.oddity in WITHOUT_PICTURE else f"sets/{lego_set.number}.jpg"
    return {
        "id": row,
        "set_id": lego_set.number,
        "name": lego_set.name,
        "year": str(lego_set.year),
        "image": image,
        "average_rating": None,
        "review_count": "0",
        "url": f"https://brickinsights.com/sets/{lego_set.number}",
        "image_urls": {size: f"/crop/{size}/{image}?v={version()[:8]}" if image else "" for size in SIZES},
        "reviews": [],
    }


def export(pages: int, query: dict[str, list[str]], host: str) -> Answer:
    """Return the export of all sets: one array, or, if `pages` isn't 0, the page of them that the query names.

    host: the client's Host header, for the URL of the next page.
    """
    sets = list(export_objects().values())
    if not pages:
        return as_json(sets)
    number = query.get("page", ["1"])[0]
    page, size = int(number) if number.isdecimal() else 1, -(-len(sets) // pages)
    following = f"http://{host}/api/sets/export?page={page + 1}" if page < pages else None
    data = sets[(page - 1) * size : page * size] if page else []
    return as_json({"current_page": page, "last_page": pages, "next_page_url": following, "data": data})


def crop(size: str, file: str) -> Answer:
    """Return a picture at Brick Insights in one of SIZES."""
    lego_set = all_sets().get(file.removesuffix(".jpg"))
    if size not in SIZES or lego_set is None or lego_set.oddity in WITHOUT_PICTURE | {"unlisted"}:
        return NOT_FOUND
    if lego_set.oddity in STATUS_OF:
        return Answer(b"no picture here\n", status=STATUS_OF[lego_set.oddity])
    if lego_set.oddity == "page":
        return Answer(PAGE, "text/html; charset=utf-8")
    return Answer(partial(picture, lego_set, "brick insights", size), media_type(lego_set))
