import threading

import pytest

from app.state import KEY
from tests.app.test_api import drawing, problem_of, upload


@pytest.fixture
def held(client_of, monkeypatch):
    """A function that makes a client whose model, of one at a time, goes on when the last of two events is set."""
    going_on = threading.Event()

    def make(**settings):
        client = client_of(batches_at_once=1, **settings)
        predictor, entered = client.application.extensions[KEY].recognizer.predictor, threading.Event()
        answers = predictor.answers

        def wait_first(pixels):
            entered.set()
            going_on.wait()
            return answers(pixels)

        monkeypatch.setattr(predictor, "answers", wait_first)
        return client, entered, going_on

    yield make
    going_on.set()


def sending(client):
    """Send a picture from another thread, and return what has its response in the end."""
    responses = []
    thread = threading.Thread(target=lambda: responses.append(client.post("/api/predict", data=upload(drawing()))))
    thread.start()
    return thread, responses


def test_a_full_queue_answers_busy_and_when_to_come_again(held):
    client, entered, going_on = held(waiting_pictures=1)
    thread, responses = sending(client)
    entered.wait()
    response = client.post("/api/predict", data=upload(drawing(), drawing()))
    assert problem_of(response, 503)["title"] == "Busy" and response.headers["Retry-After"] == "2"
    going_on.set()
    thread.join()
    assert responses[0].status_code == client.post("/api/predict", data=upload(drawing())).status_code == 200


def test_waiting_has_an_end(held):
    client, entered, going_on = held(timeout_seconds=0.1)
    thread, responses = sending(client)
    entered.wait()
    response = client.post("/api/predict", data=upload(drawing()))
    assert "took too long" in problem_of(response, 503)["detail"] and response.headers["Retry-After"]
    going_on.set()
    thread.join()
    assert responses[0].status_code == 200


def test_how_many_wait_is_told(held):
    client, entered, going_on = held()
    first, _ = sending(client)
    entered.wait()
    second, _ = sending(client)
    while "\nwaiting_pictures 1.0" not in client.get("/metrics").text:
        pass
    going_on.set()
    first.join(), second.join()
    assert "\nwaiting_pictures 0.0" in client.get("/metrics").text
