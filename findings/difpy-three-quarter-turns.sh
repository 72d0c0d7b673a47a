#!/usr/bin/env bash
# difPy's search for duplicates of a picture that was turned, such as a photo of a phone held sideways.
#
# Versions: difPy 4.2.1, pillow 13.0.0, numpy 2.4.6.
# Behaviour: by default it "rotates images on comparison", and its code says "the smallest MSE during the 4 rotations".
# It tries three: none, a quarter and half a turn, of the second of two pictures. So a copy on its side is found only if
# it is turned to the right side for its place in the list. Named files are sorted, those of a folder come in the order
# of the file system. Nothing says so.
# It matters to scans and photos on their side: some of the copies stay.
# Seen, for two named files, where the turned one's name comes before and after that of the original:
#   not turned      before: found      after: found
#   a quarter       before: found      after: not found
#   half a turn     before: found      after: found
#   three quarters  before: not found  after: found
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q difPy==4.2.1 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import tempfile

import difPy
import numpy as np
from PIL import Image

shaded = np.stack([np.arange(50) * 5 + 0 * np.arange(50)[:, None], np.arange(50)[:, None] * 3 + 0 * np.arange(50)], 2)
picture = np.dstack([shaded, shaded[..., 0] // 2]).astype(np.uint8)


def search(quarters, name):
    """Whether a copy that is turned by so many quarters, and has this name, is found to be a duplicate."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/original.png", f"{folder}/{name}.png"]
        Image.fromarray(picture).save(paths[0])
        Image.fromarray(np.rot90(picture, quarters).copy()).save(paths[1])
        built = difPy.build(*paths, show_progress=False, processes=1)
        searched = difPy.search(built, show_progress=False, processes=1)
    return "found" if searched.result else "not found"


for quarters, name in enumerate(["not turned", "a quarter", "half a turn", "three quarters"]):
    print(f"{name:15} before: {search(quarters, 'a copy'):9}  after: {search(quarters, 'the copy')}")
PYTHON
diff "$folder/seen" - <<'SEEN'
not turned      before: found      after: found
a quarter       before: found      after: not found
half a turn     before: found      after: found
three quarters  before: not found  after: found
SEEN
