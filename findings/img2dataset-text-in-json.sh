#!/usr/bin/env bash
# img2dataset with a list whose texts look like numbers, as JSON and as JSON lines.
#
# Version: img2dataset 1.47.0.
# Behaviour: it reads JSON with pandas' `read_json`, which turns a column of texts into numbers where all look like
# numbers. Set "0011" becomes the number 11 in what it writes beside the picture. From JSON lines, which it reads with
# Arrow, the texts come as they are.
# It matters to whoever joins the pictures with other tables by a number that is a text: the leading zeros are gone.
# Seen:
#   - json: set 11
#   - jsonl: set '0011'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q img2dataset==1.47.0
cat >"$folder/fetch.py" <<'PYTHON'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
from img2dataset import download


class Server(BaseHTTPRequestHandler):
    """Answers every path with one red JPEG."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(cv2.imencode(".jpg", np.full((80, 80, 3), (0, 0, 255), np.uint8))[1].tobytes())

    def log_message(self, *arguments):
        pass


def written(folder, input_format, content):
    """What is written beside the picture of the first row."""
    source, target = folder / f"list.{input_format}", folder / input_format
    source.write_text(content)
    options = {"processes_count": 1, "thread_count": 1, "save_additional_columns": ["set"]}
    download(str(source), 64, str(target), input_format=input_format, **options)
    row = json.loads((target / "00000" / "000000000.json").read_text())
    return f"set {row['set']!r}"


def show(folder, server):
    rows = [{"url": f"{server}/{name}.jpg", "set": name} for name in ("0011", "0374")]
    print("- json:", written(folder, "json", json.dumps(rows)))
    print("- jsonl:", written(folder, "jsonl", "".join(json.dumps(row) + "\n" for row in rows)))


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        show(Path(sys.argv[1]), f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
PYTHON
export NO_ALBUMENTATIONS_UPDATE=1
"$folder/venv/bin/python" "$folder/fetch.py" "$folder" 2>"$folder/log" | grep '^- ' | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
- json: set 11
- jsonl: set '0011'
SEEN
