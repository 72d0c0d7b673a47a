#!/usr/bin/env bash
# CacheControl and a response that has been in a shared cache for longer than it is fresh.
#
# Version: cachecontrol 0.14.4, requests 2.34.2.
# Behaviour: it reckons a response's age from `Date` alone and ignores `Age`. RFC 9111, section 4.2.3, takes the larger
# of the two. A shared cache that gives its own `Date`, or a clock that is behind, leaves only `Age`: what is stale on
# arrival is kept and returned for the whole of `max-age` again, and is not validated although it has an ETag.
# It matters behind a content delivery network: a catalogue that the network keeps for a day is two days old.
# Seen, for max-age=60, asked twice:
#   Date now:                     1 request, the second answer is from the cache
#   Date 100 seconds ago:         2 requests, the second answer is new
#   Date now, Age 100:            1 request, the second answer is from the cache
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q cachecontrol==0.14.4 requests==2.34.2
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from cachecontrol import CacheControl


class Server(BaseHTTPRequestHandler):
    """Answers with the Date and the Age, in seconds, that the path names."""

    protocol_version = "HTTP/1.1"
    paths = []

    def do_GET(self):
        self.paths.append(self.path)
        since_date, age = map(int, self.path.strip("/").split("/"))
        self.send_response_only(200)
        self.send_header("Date", formatdate(time.time() - since_date, usegmt=True))
        self.send_header("Cache-Control", "max-age=60")
        self.send_header("ETag", f'"{len(self.paths)}"')
        if age:
            self.send_header("Age", str(age))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments):
        pass


def show(name, url):
    Server.paths.clear()
    with CacheControl(requests.Session()) as session:
        _, second = (session.get(url) for _ in range(2))
    count, end = len(Server.paths), "from the cache" if second.from_cache else "new"
    print(f"{name:29} {count} request{'s' if count > 1 else ''}, the second answer is {end}")


with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    show("Date now:", f"{address}/0/0")
    show("Date 100 seconds ago:", f"{address}/100/0")
    show("Date now, Age 100:", f"{address}/0/100")
    server.shutdown()
PYTHON
diff "$folder/seen" - <<'SEEN'
Date now:                     1 request, the second answer is from the cache
Date 100 seconds ago:         2 requests, the second answer is new
Date now, Age 100:            1 request, the second answer is from the cache
SEEN
