#!/usr/bin/env bash
# `imagehash.crop_resistant_hash` of drawings with a part of one colour, compared with each other.
#
# Versions: imagehash 4.3.2, pillow 13.0.0.
# Behaviour: the hash holds one of 64 bits for each part of the picture. A part that fills its rectangle with one
# colour, such as a brick's face, has 64 zeros, whatever its colour and shape, and so has an empty picture. Two hashes
# are equal if one part is alike. So all drawings with a flat rectangle are equal to each other and to the empty
# picture. The difference counts the parts of the left hash that the right one lacks: from the empty picture to any such
# drawing it is 0, and `best_match` takes the first of them. Equal hashes have different values of `hash()`, so sets
# keep them all.
# It matters to whoever looks for cropped copies among drawings and pictures of parts on plain ground.
# Seen:
#   brick, wall: equal True, there 2.0, back 1.0
#   empty, wall: equal True, there 0.0, back 1.0
#   empty, leaf: equal False, there 1, back 3
#   kept by a set of brick, wall and empty: 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q imagehash==4.3.2 pillow==13.0.0
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
from imagehash import crop_resistant_hash
from PIL import Image, ImageDraw


def drawing(rectangle=None, ellipse=None, polygon=None):
    picture = Image.new("RGB", (400, 400), "white")
    pen = ImageDraw.Draw(picture)
    if rectangle:
        pen.rectangle(rectangle, "red")
    if ellipse:
        pen.ellipse(ellipse, "black")
    if polygon:
        pen.polygon(polygon, "green")
    return crop_resistant_hash(picture)


brick = drawing(rectangle=(50, 50, 180, 120), ellipse=(200, 200, 380, 300))
wall = drawing(rectangle=(20, 20, 300, 300))
leaf = drawing(ellipse=(220, 20, 380, 120), polygon=[(20, 380), (200, 380), (100, 200)])
empty = drawing()
for names, left, right in (("brick, wall", brick, wall), ("empty, wall", empty, wall), ("empty, leaf", empty, leaf)):
    print(f"{names}: equal {left == right}, there {left - right}, back {right - left}")
print(f"kept by a set of brick, wall and empty: {len({brick, wall, empty})}")
PYTHON
diff "$folder/seen" - <<'SEEN'
brick, wall: equal True, there 2.0, back 1.0
empty, wall: equal True, there 0.0, back 1.0
empty, leaf: equal False, there 1, back 3
kept by a set of brick, wall and empty: 3
SEEN
