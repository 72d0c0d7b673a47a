#!/usr/bin/env bash
# A response with a very large `max-age`, such as the largest number of 64 bits, which stands for "never stale".
#
# Versions: requests-cache 1.3.3, requests 2.34.2.
# Behaviour: with `cache_control=True`, `get` raises OverflowError after the response has come: the time at which it
# becomes stale is beyond the year 9999. RFC 9111, section 1.2.2, has a cache take 2147483648, which is 68 years, for a
# number that overflows. Without `cache_control=True` the same response is kept and returned.
# It matters to whoever fetches pictures and tables: the session that caches fails where a plain one does not. Seconds
# that are counted as milliseconds or microseconds get there too.
# Seen, asked twice:
#   max-age=31536000             from the cache
#   max-age=2147483648           from the cache
#   max-age=315360000000         OverflowError
#   max-age=9223372036854775807  OverflowError
#   without cache_control        from the cache
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q requests-cache==1.3.3 requests==2.34.2
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from requests_cache import CachedSession


class Server(BaseHTTPRequestHandler):
    """Answers with the max-age that the path names."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Cache-Control", f"max-age={self.path.strip('/')}")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments):
        pass


def asked_twice(url, cache_control=True):
    with CachedSession(backend="memory", cache_control=cache_control) as session:
        try:
            _, second = (session.get(url) for _ in range(2))
        except OverflowError as error:
            return type(error).__name__
        return "from the cache" if second.from_cache else "new"


LARGEST = 2**63 - 1
with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    for seconds in (31536000, 2147483648, 315360000000, LARGEST):
        print(f"{f'max-age={seconds}':28} {asked_twice(f'{address}/{seconds}')}")
    print(f"{'without cache_control':28} {asked_twice(f'{address}/{LARGEST}', cache_control=False)}")
    server.shutdown()
PYTHON
diff "$folder/seen" - <<'SEEN'
max-age=31536000             from the cache
max-age=2147483648           from the cache
max-age=315360000000         OverflowError
max-age=9223372036854775807  OverflowError
without cache_control        from the cache
SEEN
