#!/usr/bin/env bash
# A POST with `Expect: 100-continue` and a Content-Length above waitress's limit.
#
# Version: waitress 3.0.2.
# Behaviour: without the header, it refuses with 413 as soon as it has read the request's head. With the header, it has
# refused by then too, but sends "100 Continue", reads the body up to the limit, and only then sends the 413. RFC 9110,
# section 10.1.1, has the header so that a client needn't send a body that the server refuses.
# It matters to clients of slow lines, and to servers with a high limit: waitress's own is 1 GB.
# Seen, the answers to the head of a request with 500 bytes, and to its body, where 100 are the limit:
#   without Expect: HTTP/1.1 413 Request Entity Too Large
#   with Expect: HTTP/1.1 100 Continue
#   with Expect, then the body: HTTP/1.1 413 Request Entity Too Large
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
    start("204 No Content", [])
    return []


def line(connection, sent):
    """The first line of the answer to what is sent."""
    connection.sendall(sent)
    return connection.recv(4096).split(b"\r\n")[0].decode()


server = create_server(application, host="127.0.0.1", port=0, max_request_body_size=100)
threading.Thread(target=server.run, daemon=True).start()
address, head = ("127.0.0.1", server.effective_port), b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n"
with socket.create_connection(address, timeout=10) as connection:
    print("without Expect:", line(connection, head + b"\r\n"))
with socket.create_connection(address, timeout=10) as connection:
    print("with Expect:", line(connection, head + b"Expect: 100-continue\r\n\r\n"))
    print("with Expect, then the body:", line(connection, bytes(500)))
PYTHON
diff "$folder/seen" - <<'SEEN'
without Expect: HTTP/1.1 413 Request Entity Too Large
with Expect: HTTP/1.1 100 Continue
with Expect, then the body: HTTP/1.1 413 Request Entity Too Large
SEEN
