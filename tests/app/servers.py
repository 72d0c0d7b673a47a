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
    try:
        yield server
    finally:
        server.trigger.pull_trigger(lambda: server.asyncore.close_all(server._map))
        thread.join()
        server.task_dispatcher.shutdown()


def port_of(server: BaseWSGIServer) -> int:
    """Return the port that a server listens on."""
    port: int = server.socket.getsockname()[1]
    return port
