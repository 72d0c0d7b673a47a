import threading

import pytest

from tests.app.test_api import drawing, problem_of, upload


@pytest.fixture
def held(client_of):
    """A function that makes a client whose model is busy until the returned event is set."""
    events = []

    def make(**settings):
        client = client_of(**settings)
        queue = client.application.extensions["lego-themer"].recognizer.queue
        answer, entered, going_on = queue._answer, threading.Event(), threading.Event()

        def wait_first(jobs):
            entered.set()
            going_on.wait()
            return answer(jobs)

        queue._answer = wait_first
        events.append(going_on)
        return client, entered, going_on

    yield make
    for event in events:
        event.set()


def test_a_full_queue_answers_busy_and_when_to_come_again(held):
    client, entered, going_on = held(waiting_pictures=1)
    first = threading.Thread(target=lambda: client.post("/api/predict", data=upload(drawing())))
    first.start()
    entered.wait()
    response = client.post("/api/predict", data=upload(drawing(), drawing()))
    assert problem_of(response, 503)["title"] == "Busy" and response.headers["Retry-After"] == "2"
    going_on.set()
    first.join()
    assert client.post("/api/predict", data=upload(drawing())).status_code == 200


def test_waiting_has_an_end(held):
    client, _, _ = held(timeout_seconds=0.1)
    response = client.post("/api/predict", data=upload(drawing()))
    assert "took too long" in problem_of(response, 503)["detail"] and response.headers["Retry-After"]


def test_how_many_wait_is_told(held):
    client, entered, going_on = held(timeout_seconds=0.1, pictures_per_batch=1)
    client.post("/api/predict", data=upload(drawing()))
    entered.wait()
    queue = client.application.extensions["lego-themer"].recognizer.queue
    futures = queue.submit([None, None])
    assert "\nwaiting_pictures 2.0" in client.get("/metrics").text
    for future in futures:
        future.cancel()
