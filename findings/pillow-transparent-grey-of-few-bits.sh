#!/usr/bin/env bash
# PNG files of 2 and 4 bits of grey whose tRNS chunk names a transparent level.
#
# Version: pillow 13.0.0.
# Behaviour: the pixels are scaled to 0 to 255, the transparent level is not. So level 2 of 2 bits, pixels of 170, has
# the level 2 in `info["transparency"]`, and converting to RGBA leaves all pixels opaque. PNG's third edition, 11.3.1.1,
# counts the level in the picture's own bits. With 8 bits both agree.
# It matters to whoever lays pictures on a background of another colour: the key colour shows.
# Seen:
#   2 bits: pixel 170, transparency 2, alpha 255
#   4 bits: pixel 136, transparency 8, alpha 255
#   8 bits: pixel 128, transparency 128, alpha 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import io
import struct
import zlib

from PIL import Image


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(bits: int, level: int) -> bytes:
    """A PNG of one grey pixel, whose level is the transparent one."""
    header = struct.pack(">IIBBBBB", 1, 1, bits, 0, 0, 0, 0)
    row = bytes([0, level << (8 - bits)])
    chunks = ((b"IHDR", header), (b"tRNS", struct.pack(">H", level)), (b"IDAT", zlib.compress(row)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in chunks)


for bits, level in ((2, 2), (4, 8), (8, 128)):
    picture = Image.open(io.BytesIO(png(bits, level)))
    picture.load()
    *_, alpha = picture.convert("RGBA").getpixel((0, 0))
    grey, key = picture.convert("L").getpixel((0, 0)), picture.info["transparency"]
    print(f"{bits} bits: pixel {grey}, transparency {key}, alpha {alpha}")
PYTHON
diff "$folder/seen" - <<'SEEN'
2 bits: pixel 170, transparency 2, alpha 255
4 bits: pixel 136, transparency 8, alpha 255
8 bits: pixel 128, transparency 128, alpha 0
SEEN
