#!/usr/bin/env bash
# A request with `Connection: TE, close`, as libwww-perl sends it.
#
# Version: waitress 3.0.2.
# Behaviour: `Connection` is a list of options (RFC 9110, section 7.6.1). waitress compares the whole value with
# `close`, so it doesn't find it beside another option, and keeps the connection open until its `channel_timeout`, two
# minutes. In the same way a client of HTTP/1.0 that asks for `keep-alive, TE` is closed.
# It matters to clients that read until the end, and to servers: each such request holds one of 100 connections longer.
# Seen, after the whole answer has come:
#   HTTP/1.1 close: closed
#   HTTP/1.1 TE, close: open
#   HTTP/1.0 keep-alive: open
#   HTTP/1.0 keep-alive, TE: closed
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q waitress==3.0.2
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import socket
import threading

from waitress.server import create_server


def application(environment, start):
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def end(port, version, options):
    """Whether the server closes the connection within two seconds of its answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET / {version}\r\nHost: h\r\nTE: trailers\r\nConnection: {options}\r\n\r\n".encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\nok"):
            answer += connection.recv(4096)
        connection.settimeout(2)
        try:
            return "open" if connection.recv(1) else "closed"
        except TimeoutError:
            return "open"


server = create_server(application, host="127.0.0.1", port=0)
threading.Thread(target=server.run, daemon=True).start()
for version, options in (
    ("HTTP/1.1", "close"),
    ("HTTP/1.1", "TE, close"),
    ("HTTP/1.0", "keep-alive"),
    ("HTTP/1.0", "keep-alive, TE"),
):
    print(f"{version} {options}: {end(server.effective_port, version, options)}")
PYTHON
diff "$folder/seen" - <<'SEEN'
HTTP/1.1 close: closed
HTTP/1.1 TE, close: open
HTTP/1.0 keep-alive: open
HTTP/1.0 keep-alive, TE: closed
SEEN
