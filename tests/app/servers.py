"""The product's own server in a thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress.server import BaseWSGIServer

from app.server import make_server


@contextmanager
def running(app: Flask, port: int = 0, url_prefix: str = "") -> Iterator[BaseWSGIServer]:
    """Serve an application on loopback, on a free port if none is given; yield the server."""
    server = make_server(app, "127.0.0.1", port, url_prefix)
    thread = threading.Thread(target=server.run)
    thread.start()
    connections: dict[int, object] = {}

    def end_loop() -> None:
        connections.update(server._map)
        server._map.clear()

    try:
        yield server
    finally:
        # The loop may end before the trigger is written to, so nothing is closed until then.
        server.trigger.pull_trigger(end_loop)
        thread.join()
        server.asyncore.close_all(connections)
        server.task_dispatcher.shutdown()


def port_of(server: BaseWSGIServer) -> int:
    """Return the port that a server listens on."""
    port: int = server.socket.getsockname()[1]
    return port
