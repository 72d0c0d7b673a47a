#!/usr/bin/env bash
# difPy's search for duplicates among pictures of one colour each, and among three brightnesses of a picture.
#
# Versions: difPy 4.2.1, pillow 13.0.0, numpy 2.4.6.
# Behaviour: it calls two pictures duplicates if the mean squared error of their pixels is 0, and similar up to 5. It
# subtracts and squares the pixels as bytes, and both wrap round: a difference of 16 has the square 256, which is 0. So
# pictures whose pixels differ by multiples of 16 are duplicates. Black and white, 255 apart, are similar with an error
# of 1, and a difference of 8 has its 64. Nothing warns, and `delete` removes what was found. Issue 126 of its
# repository reports such pairs, dimmed and original, without the cause.
# It matters to pictures of one part in many colours: it takes some for copies, and may delete them.
# Seen, the levels of the pictures, and those that it finds together:
#   duplicates 100 101 104 108 116 132 228   100 116 132 228
#   similar 100 108                          (none)
#   similar 0 255                            0 255
#   duplicates of a shaded picture           dark, light (16 more), lighter (32 more)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q difPy==4.2.1 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import tempfile
from pathlib import Path

import difPy
import numpy as np
from PIL import Image


def found(pictures, similarity):
    """The names of the pictures that are found to be like another."""
    with tempfile.TemporaryDirectory() as folder:
        for name, pixels in pictures.items():
            Image.fromarray(pixels).save(f"{folder}/{name}.png")
        searched = difPy.search(
            difPy.build(folder, show_progress=False), similarity=similarity, show_progress=False, processes=1
        )
        names = {Path(path).stem for first, others in searched.result.items() for path in [first, *next(zip(*others))]}
    return [name for name in pictures if name in names] or ["(none)"]


def show(similarity, *levels):
    pictures = {str(level): np.full((60, 80, 3), level, np.uint8) for level in levels}
    print(f"{similarity + ' ' + ' '.join(pictures):40} {' '.join(found(pictures, similarity))}")


show("duplicates", 100, 101, 104, 108, 116, 132, 228)
show("similar", 100, 108)
show("similar", 0, 255)
shaded = (np.arange(80) + np.arange(60)[:, None])[..., None].repeat(3, 2).astype(np.uint8)
names = {"dark": shaded, "light (16 more)": shaded + 16, "lighter (32 more)": shaded + 32}
print(f"{'duplicates of a shaded picture':40} {', '.join(found(names, 'duplicates'))}")
PYTHON
diff "$folder/seen" - <<'SEEN'
duplicates 100 101 104 108 116 132 228   100 116 132 228
similar 100 108                          (none)
similar 0 255                            0 255
duplicates of a shaded picture           dark, light (16 more), lighter (32 more)
SEEN
