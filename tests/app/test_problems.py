import re
from http import HTTPStatus

import pytest

from app.problem_kinds import Kind
from app.problems import Problem, documented
from tests.app.test_api import upload


@pytest.mark.parametrize("kind", Kind)
def test_the_type_of_every_problem_is_a_place_that_says_what_to_do(client, kind):
    page, place = Problem(kind, "Told.").type.split("#")
    text = client.get(page).text
    assert re.search(rf'<dt id="{place}">{kind.status} {kind.title}</dt><dd>[^<]+</dd>', text)


def test_every_place_on_the_page_is_there_once(client):
    places = re.findall(r'\sid="([^"]+)"', client.get("/docs").text)
    assert len(places) == len(set(places)) and {one["slug"] for one in documented()} < set(places)


def test_the_type_that_is_answered_is_the_documented_one(client):
    found = client.post("/api/predict", data=upload(b"text")).json
    assert (found["type"], found["title"], found["status"]) == ("/docs#not-a-picture", "Not a picture", 415)


def test_a_status_that_says_all_has_no_type_of_its_own():
    assert Problem(HTTPStatus.TOO_MANY_REQUESTS, "Wait.").as_dict() == {
        "type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "Wait.",
    }  # fmt: skip
