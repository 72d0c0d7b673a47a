#!/usr/bin/env bash
# LimiterSession with one request a second and bursts of 60.
#
# Version: requests-ratelimiter 0.10.0.
# Behaviour: it keeps its rates by their period, and a burst of 60 makes that of `per_second` a minute, which is the key
# of `per_minute` too. So `per_minute` replaces it, even where it isn't given: no rate is left, and the first request
# raises ValueError. With 59 or 61 all is well. Bursts of 3,600 meet `per_hour` in the same way.
# It matters to whoever lets a client ask for what it missed in a minute.
# Seen, the requests that a server on this machine receives before the limiter waits:
#   burst=59  59
#   burst=60  ValueError
#   burst=61  61
#   burst=60, per_minute=90  90
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q requests-ratelimiter==0.10.0 pyrate-limiter==4.5.1
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from requests.exceptions import Timeout
from requests_ratelimiter import LimiterSession


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def sent_at_once(url, **rate):
    """How many requests go out until one would have to wait for more than a tenth of a second, or the error."""
    with LimiterSession(max_delay=0.1, per_second=1, **rate) as session:
        for number in range(200):
            try:
                session.get(url)
            except Timeout:
                return number
            except ValueError as error:
                return type(error).__name__
    return "no limit"


with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    for burst in (59, 60, 61):
        print(f"burst={burst} ", sent_at_once(url, burst=burst))
    print("burst=60, per_minute=90 ", sent_at_once(url, burst=60, per_minute=90))
    server.shutdown()
PYTHON
diff "$folder/seen" - <<'SEEN'
burst=59  59
burst=60  ValueError
burst=61  61
burst=60, per_minute=90  90
SEEN
