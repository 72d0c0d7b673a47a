import json
import math

import pytest
from flask import Flask, jsonify
from hypothesis import given
from hypothesis import strategies as st

from app.json_provider import OrderedJSONProvider
from tests.app.test_api import drawing, upload

INTEGERS = st.integers(-(2**63), 2**63 - 1)
PLAIN = st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(PLAIN, lambda one: st.lists(one) | st.dictionaries(st.text(), one), max_leaves=20)


@pytest.fixture(scope="module")
def provider() -> OrderedJSONProvider:
    return OrderedJSONProvider(Flask(__name__))


@given(value=VALUES)
def test_what_is_written_is_what_the_standard_library_reads(provider, value):
    assert json.loads(provider.dumps(value)) == value == provider.loads(json.dumps(value))


def test_a_number_that_is_none_is_null(provider):
    assert provider.dumps([math.nan, math.inf]) == "[null,null]"


def test_an_answer_tells_its_file_and_theme_first(client):
    [found] = json.loads(client.post("/api/predict", data=upload(drawing())).text)
    assert list(found) == ["file", "theme", "confidence", "sure", "reason", "top", "similar"]


def test_keywords_become_a_response_with_a_dictionary(client):
    with client.application.app_context():
        response = jsonify(theme="MiniFig", photo="ü.jpg")
    assert response.get_data(as_text=True) == '{"theme":"MiniFig","photo":"ü.jpg"}\n'
    assert response.mimetype == "application/json"
