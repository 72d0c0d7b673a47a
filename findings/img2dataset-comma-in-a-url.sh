#!/usr/bin/env bash
# img2dataset with a text file of addresses, one of which has a comma.
#
# Version: img2dataset 1.47.0.
# Behaviour: it reads the text file as CSV with one column. A comma, which RFC 3986 allows in a path, makes a second
# column, and the whole list fails with ArrowInvalid. As JSON lines, the same addresses are downloaded.
# It matters with image services that put sizes into the path, such as w_100,h_100.
# Seen:
#   - txt without a comma: 2 pictures
#   - txt with a comma: ArrowInvalid
#   - jsonl with a comma: 2 pictures
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


def downloaded(folder, name, lines, input_format):
    """How many pictures come from a list, or the error."""
    source, target = folder / f"{name}.{input_format}", folder / name
    source.write_text("".join(f"{line}\n" for line in lines))
    try:
        download(str(source), 64, str(target), input_format=input_format, processes_count=1, thread_count=1)
    except Exception as error:
        return type(error).__name__
    return f"{len(list(target.rglob('*.jpg')))} pictures"


def show(folder, server):
    plain, sized = f"{server}/w_100/car.jpg", f"{server}/w_100,h_100/car.jpg"
    print("- txt without a comma:", downloaded(folder, "plain", [plain, plain], "txt"))
    print("- txt with a comma:", downloaded(folder, "sized", [plain, sized], "txt"))
    rows = [json.dumps({"url": url}) for url in (plain, sized)]
    print("- jsonl with a comma:", downloaded(folder, "rows", rows, "jsonl"))


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        show(Path(sys.argv[1]), f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
PYTHON
export NO_ALBUMENTATIONS_UPDATE=1
"$folder/venv/bin/python" "$folder/fetch.py" "$folder" 2>"$folder/log" | grep '^- ' | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
- txt without a comma: 2 pictures
- txt with a comma: ArrowInvalid
- jsonl with a comma: 2 pictures
SEEN
