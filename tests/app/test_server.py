import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask, request
from waitress.server import BaseWSGIServer

from app import create_app
from app.__main__ import main
from app.incoming.form import InMemoryRequest
from app.server import READ_BYTES, THREADS, Budget, PatientDispatcher, make_server
from app.settings import Settings
from tests.app.servers import port_of, running
from tests.app.uploads import drawing
from tests.conftest import PROJECT
from themer.base.errors import UserError

PART, PARTS = bytes(range(256)) * 1000, 100


class Counting(Flask):
    request_class = InMemoryRequest


@pytest.fixture
def serve() -> Iterator[Callable[..., BaseWSGIServer]]:
    """Return a function that serves an application in a thread, by default one that counts the received bytes."""
    with ExitStack() as started:

        def start(maximum_bytes: int = 10_000_000, app: Flask | None = None, url_prefix: str = "") -> BaseWSGIServer:
            return started.enter_context(running(app or counting(maximum_bytes), url_prefix=url_prefix))

        yield start


def counting(maximum_bytes: int) -> Flask:
    """Return an application that responds with the number of received bytes, or with a large response."""
    app = Counting("counting")
    app.config["MAX_CONTENT_LENGTH"] = maximum_bytes
    app.add_url_rule("/", view_func=lambda: str(len(request.get_data())), methods=["GET", "POST"])
    app.add_url_rule("/large", "large", lambda: iter([PART] * PARTS), methods=["GET", "POST"])
    return app


def send(server: BaseWSGIServer, body: bytes = b"", path: str = "/", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server))
    connection.request("POST", path, body, headers)
    return connection.getresponse()


def test_large_bodies_are_kept_in_memory(serve, monkeypatch, tmp_path):
    server = serve()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    response = send(server, b"x" * 9_000_000)
    assert (response.status, response.read()) == (200, b"9000000")


def test_a_body_announced_as_too_large_is_refused_at_once(serve):
    response = send(serve(maximum_bytes=1000), **{"Content-Length": "1000000000"})
    assert (response.status, response.headers["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(response.read())["title"] == "Request Entity Too Large"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("announced", [True, False])
def test_a_client_that_sends_before_it_reads_still_sees_the_refusal(serve, announced):
    with socket.create_connection(("127.0.0.1", port_of(serve(maximum_bytes=1000)))) as connection:
        length = b"Content-Length: 40000000" if announced else b"Transfer-Encoding: chunked"
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n" + length + b"\r\n\r\n")
        for _ in range(40):
            connection.sendall(b"x" * 1_000_000 if announced else b"f4240\r\n" + b"x" * 1_000_000 + b"\r\n")
        received = b"".join(iter(lambda: connection.recv(READ_BYTES), b""))
    assert received.startswith(b"HTTP/1.1 413 ") and received.endswith(b"}\n")


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "text/html; charset=utf-8"), ("/api/predict", "application/problem+json")]
)
def test_a_browser_whose_form_is_too_large_sees_a_page(serve, tmp_path, path, kind):
    server = serve(app=create_app(Settings(root=tmp_path)), url_prefix="/themer")
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server))
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Content-Length": "90000000"}
    connection.request("POST", f"/themer{path}", b"", headers)
    response = connection.getresponse()
    text = response.read().decode()
    assert (response.status, response.headers["Content-Type"]) == (413, kind)
    assert "The request is too large. Send fewer or smaller pictures." in text
    assert path != "/" or 'href="/themer/"' in text


def test_a_client_that_asks_first_is_refused_before_it_sends(serve):
    with socket.create_connection(("127.0.0.1", port_of(serve(maximum_bytes=1000)))) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(READ_BYTES).startswith(b"HTTP/1.1 413 ")


def test_a_refused_client_may_not_send_forever(serve, monkeypatch):
    monkeypatch.setattr("app.server.DISCARDED_BYTES", 100_000)
    with socket.create_connection(("127.0.0.1", port_of(serve(maximum_bytes=1000)))) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n")
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            for _ in range(900):
                connection.sendall(b"x" * 1_000_000)


SLOW = [
    pytest.param(b"POST / HTTP/1.1\r\nHost:", b"", id="header"),
    pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\n\r\n", b"", id="body"),
    pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n", b"HTTP/1.1 413", id="refused"),
]


@pytest.mark.parametrize(("part", "answer"), SLOW)
def test_a_client_that_sends_too_slowly_makes_room(serve, monkeypatch, part, answer):
    server = serve(maximum_bytes=100_000_000)
    monkeypatch.setattr("app.server.PATIENCE_SECONDS", 0)
    monkeypatch.setattr("app.server.SLOWEST_BYTES_PER_SECOND", 10**15)
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=20) as slow:
        slow.sendall(part)
        assert b"".join(iter(lambda: slow.recv(READ_BYTES), b"")).startswith(answer)
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            for _ in range(100_000):
                slow.sendall(b"x")
    monkeypatch.undo()
    assert send(server, b"x" * 90_000_000).status == 200


def test_a_client_that_sends_no_more_slowly_than_it_may_is_served(serve, monkeypatch):
    server = serve()
    monkeypatch.setattr("app.server.PATIENCE_SECONDS", 0)
    monkeypatch.setattr("app.server.SLOWEST_BYTES_PER_SECOND", 0.1)
    assert send(server, iter([b"a"] * 10), **{"Content-Length": "10"}).read() == b"10"
    # What comes whole is never too slow, whenever the request before it came.
    monkeypatch.setattr("app.server.SLOWEST_BYTES_PER_SECOND", 10**15)
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server))
    for _ in range(2):
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"0"


def test_clients_that_send_no_whole_request_keep_no_one_out(serve, monkeypatch):
    monkeypatch.setattr("app.server.CONNECTIONS", 12)
    address = ("127.0.0.1", port_of(serve()))
    with ExitStack() as opened:
        uploading, *_ = [opened.enter_context(socket.create_connection(address, timeout=20)) for _ in range(2)]
        uploading.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert uploading.recv(100).startswith(b"HTTP/1.1 100")
        for _ in range(40):
            opened.enter_context(socket.create_connection(address, timeout=20)).sendall(b"GET / HTTP/1.1\r\n")
        connection = http.client.HTTPConnection(*address, timeout=20)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"0"
        uploading.sendall(b"ab")
        assert uploading.recv(READ_BYTES).startswith(b"HTTP/1.1 200")


def test_bodies_without_room_are_refused_until_later(serve):
    server = serve(maximum_bytes=100_000_000)
    with socket.create_connection(("127.0.0.1", port_of(server))) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\nExpect: 100-continue\r\n\r\n")
        assert slow.recv(100).startswith(b"HTTP/1.1 100")
        response = send(server, **{"Content-Length": "60000000"})
        assert (response.status, response.headers["Retry-After"]) == (503, "2")
        assert send(server, b"small").read() == b"5"
        slow.shutdown(socket.SHUT_WR)
        assert slow.recv(100) == b""
    assert all(send(server, b"x" * 90_000_000).status == 200 for _ in range(2))


def test_a_body_makes_room_before_its_response_is_read(serve):
    server = serve(maximum_bytes=100_000_000)
    server.adj.outbuf_high_watermark = 1000
    unread = send(server, b"x" * 90_000_000, "/large")
    assert unread.status == send(server, b"x" * 90_000_000).status == 200
    assert unread.read() == PART * PARTS


def test_a_response_larger_than_all_buffers_arrives_complete(serve):
    server = serve()
    server.adj.outbuf_high_watermark = 1000
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=60)
    for _ in range(2):
        connection.request("GET", "/large")
        response = connection.getresponse()
        assert b"".join(iter(lambda response=response: response.read(100_000), b"")) == PART * PARTS


def test_a_malformed_request_is_a_problem(serve):
    with socket.create_connection(("127.0.0.1", port_of(serve()))) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")
        assert b"application/problem+json" in connection.recv(4000)


def test_a_budget_is_never_exceeded():
    budget = Budget(10)
    assert budget.take(6) and not budget.take(5) and budget.take(4)
    budget.give_back(6)
    assert budget.take(6) and not budget.take(1)


def test_running_and_waiting_requests_are_finished_before_the_end():
    class Task:
        def service(self) -> None:
            entered.release()
            resume.wait()
            done.append(self)

        def cancel(self) -> None:
            raise AssertionError("cancelled")

    entered, resume, done = threading.Semaphore(0), threading.Event(), []
    dispatcher = PatientDispatcher()
    dispatcher.set_thread_count(1)
    for _ in range(3):
        dispatcher.add_task(Task())
    entered.acquire()
    stopping = threading.Thread(target=dispatcher.shutdown)
    stopping.start()
    resume.set()
    stopping.join()
    assert len(done) == 3


def test_a_port_in_use_is_explained(serve, tmp_path):
    port, words = port_of(serve()), r"can't serve at 127\.0\.0\.1, port \d+: Address already in use\."
    interval_seconds = sys.getswitchinterval()
    with pytest.raises(UserError, match=words):
        make_server(create_app(Settings(root=tmp_path)), "127.0.0.1", port)
    with pytest.raises(SystemExit, match=f"^error: {words}"):
        main(["--port", str(port), "--root", str(tmp_path)])
    sys.setswitchinterval(interval_seconds)  # Or the tests after this one would take turns as its threads do.


@contextmanager
def started(*options: str, **environment: str) -> Iterator[subprocess.Popen]:
    """Start the server as a command, on a free port unless the environment names one."""
    with subprocess.Popen(
        [sys.executable, "-m", "app", *options],
        cwd=PROJECT,
        env={**os.environ, "LEGO_THEMER_PORT": "0", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            # After a failed assertion nothing else would end it.
            process.kill()


def policies(process_id: int) -> list[int]:
    """Return the scheduling policies of a process's threads."""
    return [os.sched_getscheduler(int(thread.name)) for thread in Path(f"/proc/{process_id}/task").iterdir()]


def test_the_command_serves_until_it_is_stopped(tmp_path):
    with started("--root", str(tmp_path)) as process:
        assert process.stdout.readline().startswith("Lego Themer is at http://127.0.0.1:")
        assert "Run `dvc repro`" in process.stdout.readline()
        assert sys.platform != "linux" or policies(process.pid).count(os.SCHED_BATCH) > THREADS
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
        assert "stopped" in process.stderr.read()


def test_the_log_has_a_line_for_each_request_but_none_for_its_waiting(tmp_path):
    with started("--root", str(tmp_path)) as process:
        port = int(process.stdout.readline().split(":")[2].split("/")[0])
        connections = [http.client.HTTPConnection("127.0.0.1", port) for _ in range(4 * THREADS)]
        for connection in connections:
            connection.request("GET", "/healthz")
        assert {connection.getresponse().status for connection in connections} == {200}
        process.send_signal(signal.SIGTERM)
        lines = process.stderr.read().splitlines()
    assert sum("GET /healthz 200" in line for line in lines) == len(connections)
    assert not [line for line in lines if "waitress" in line]


def test_host_and_port_can_be_set_in_the_environment(tmp_path):
    with socket.create_server(("127.0.0.2", 0)) as free:
        port = str(free.getsockname()[1])
    with started("--root", str(tmp_path), LEGO_THEMER_HOST="127.0.0.2", LEGO_THEMER_PORT=port) as process:
        assert process.stdout.readline().startswith(f"Lego Themer is at http://127.0.0.2:{port}/ ")
        process.send_signal(signal.SIGTERM)


def test_behind_a_path_all_links_stay_below_it(root):
    with started("--root", str(root), "--url-prefix", "/lego/themer") as process:
        port = int(re.search(r":(\d+)/lego/themer/ ", process.stdout.readline())[1])
        connection = http.client.HTTPConnection("127.0.0.1", port)
        # A proxy either keeps the path or removes it.
        connection.request("GET", "/lego/themer")
        response = connection.getresponse()
        assert response.status == 308 and response.headers["Location"].endswith("/lego/themer/")
        response.read()
        for path in ("/lego/themer/", "/", "/lego/themer/docs", "/about"):
            connection.request("GET", path)
            response = connection.getresponse()
            text = response.read().decode()
            links = re.findall(r'(?:href|src|action)="(/[^"]*)"', text)
            assert response.status == 200 and len(links) >= 5
            assert [link for link in links if not link.startswith("/lego/themer/")] == []
        connection.request("POST", "/lego/themer/api/predict", drawing(), {"Content-Type": "image/jpeg"})
        [found] = json.loads(connection.getresponse().read())
        thumbnail = next(one["thumbnail"] for one in found["similar"] if one["thumbnail"])
        for path in (thumbnail, "/lego/themer/openapi.json", "/lego/themer/nothing"):
            connection.request("GET", path)
            response = connection.getresponse()
            content = response.read()
            assert response.status == (404 if "nothing" in path else 200) and "/lego/themer/" in path
            assert "openapi" not in path or json.loads(content)["servers"] == [{"url": "/lego/themer"}]
        connection.request("POST", "/api/predict", b"text", {"Content-Type": "image/jpeg"})
        [found] = json.loads(connection.getresponse().read())
        assert found["problem"]["type"] == "/lego/themer/docs#not-a-picture"
        process.send_signal(signal.SIGTERM)
