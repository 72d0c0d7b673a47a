import re
from http import HTTPStatus

import pytest

from app.problem import Kind, Problem, documented
from tests.app.uploads import upload


@pytest.mark.parametrize("kind", Kind)
def test_the_type_of_each_problem_links_to_its_advice(client, kind):
    page, place = Problem(kind, "A detail.").type.split("#")
    text = client.get(page).text
    assert re.search(rf'<dt id="{place}">{kind.status} {kind.title}</dt><dd>[^<]+</dd>', text)


def test_each_anchor_on_the_page_is_unique(client):
    places = re.findall(r'\sid="([^"]+)"', client.get("/docs").text)
    assert len(places) == len(set(places)) and {one["slug"] for one in documented()} < set(places)


def test_responses_have_the_documented_type(client):
    [entry] = client.post("/api/predict", data=upload(b"text")).json
    found = entry["problem"]
    assert (found["type"], found["title"], found["status"]) == ("/docs#not-a-picture", "Not a picture", 415)


def test_a_status_that_needs_no_explanation_has_no_type():
    assert Problem(HTTPStatus.TOO_MANY_REQUESTS, "Wait.").as_dict() == {
        "type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "Wait.",
    }  # fmt: skip
