import threading

import pytest

from app.shared.state import KEY
from tests.app.uploads import drawing, problem_of, upload


@pytest.fixture
def held(client_of, monkeypatch):
    """A function that makes a client whose model sets one event when it starts, and waits for another."""
    resume = threading.Event()

    def make(**settings):
        client = client_of(batches_at_once=1, **settings)
        predictor, entered = client.application.extensions[KEY].recognizer.predictor, threading.Event()
        predict_batch = predictor.predict_batch

        def wait_first(pixels):
            entered.set()
            resume.wait()
            return predict_batch(pixels)

        monkeypatch.setattr(predictor, "predict_batch", wait_first)
        return client, entered, resume

    yield make
    resume.set()


def sending(client):
    """Send a picture from another thread; return the thread, and a list that will hold the response."""
    responses = []
    thread = threading.Thread(target=lambda: responses.append(client.post("/api/predict", data=upload(drawing()))))
    thread.start()
    return thread, responses


def test_a_full_queue_responds_busy_and_when_to_retry(held):
    client, entered, resume = held(waiting_pictures=1)
    thread, responses = sending(client)
    entered.wait()
    response = client.post("/api/predict", data=upload(drawing(), drawing()))
    assert problem_of(response, 503)["title"] == "Busy" and response.headers["Retry-After"] == "2"
    resume.set()
    thread.join()
    assert responses[0].status_code == client.post("/api/predict", data=upload(drawing())).status_code == 200


def test_waiting_times_out(held):
    client, entered, resume = held(timeout_seconds=0.1)
    thread, responses = sending(client)
    entered.wait()
    response = client.post("/api/predict", data=upload(drawing()))
    assert "took too long" in problem_of(response, 503)["detail"] and response.headers["Retry-After"]
    resume.set()
    thread.join()
    assert responses[0].status_code == 200


def test_the_number_of_waiting_pictures_is_a_metric(held):
    client, entered, resume = held()
    first, _ = sending(client)
    entered.wait()
    second, _ = sending(client)
    while "\nwaiting_pictures 1.0" not in client.get("/metrics").text:
        pass
    resume.set()
    first.join(), second.join()
    assert "\nwaiting_pictures 0.0" in client.get("/metrics").text
