#!/usr/bin/env bash
# A rate of LimiterSession that is no whole number, such as 0.99 requests a second.
#
# Version: requests-ratelimiter 0.10.0.
# Behaviour: it writes the rate as a fraction, and takes the numerator for the requests and the denominator for the
# period. So 0.99 a second is 99 in 100 seconds, and these 99 go out at once, although `burst` is 1.
# It matters to whoever asks for a little less than a service allows: it receives a hundred times as many at once.
# Seen, the requests that a server on this machine receives before the limiter waits:
#   per_second=1     1
#   per_second=0.99  99
#   per_second=0.9   9
#   per_second=0.5   1
#   per_minute=60    60
#   per_minute=59.9  599
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
    """How many requests go out until one would have to wait for more than a tenth of a second."""
    with LimiterSession(max_delay=0.1, **rate) as session:
        for number in range(1000):
            try:
                session.get(url)
            except Timeout:
                return number
    return "no limit"


with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    for rate in ({"per_second": 1}, {"per_second": 0.99}, {"per_second": 0.9}, {"per_second": 0.5}):
        print("per_second={per_second:<5}".format(**rate), sent_at_once(url, **rate))
    for rate in ({"per_minute": 60}, {"per_minute": 59.9}):
        print("per_minute={per_minute:<5}".format(**rate), sent_at_once(url, **rate))
    server.shutdown()
PYTHON
diff "$folder/seen" - <<'SEEN'
per_second=1     1
per_second=0.99  99
per_second=0.9   9
per_second=0.5   1
per_minute=60    60
per_minute=59.9  599
SEEN
