#!/usr/bin/env bash
# A photo that was taken sideways, from a JPEG file to JPEG XL with Pillow's plugin.
#
# Versions: pillow-jxl-plugin 1.3.8, pillow 13.0.0, imagecodecs 2026.3.6 to decode as libjxl does.
# Behaviour: a camera writes the pixels as they come, and the way to turn them into Exif. In JPEG XL the way is in the
# picture's header, and decoders ignore that of Exif. Opened from a file and saved as it is, the JPEG is transcoded, and
# libjxl copies the way into the header. In all other cases the plugin encodes the pixels, copies the Exif, and leaves
# the header at "upright": if the JPEG was opened from memory, if it was resized, or with `lossless_jpeg=False`. Nothing
# warns. `ImageOps.exif_transpose` of what Pillow reads back turns it, so within Pillow all looks well. Called before
# saving, it helps.
# It matters to whoever converts photos: viewers that obey the format show some of them sideways.
# Seen, for a photo that is 40 pixels wide when upright, and 60 high:
#   from a file                   decoded 40 x 60   in Pillow 40 x 60
#   from memory                   decoded 60 x 40   in Pillow 40 x 60
#   from a file, in half          decoded 30 x 20   in Pillow 20 x 30
#   from a file, no transcoding   decoded 60 x 40   in Pillow 40 x 60
#   turned before saving          decoded 40 x 60   in Pillow 40 x 60
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow-jxl-plugin==1.3.8 pillow==13.0.0 imagecodecs==2026.3.6 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import io
from pathlib import Path

import imagecodecs
import pillow_jxl  # noqa: F401  it adds the format to Pillow
from PIL import ExifTags, Image, ImageOps

exif = Image.Exif()
exif[ExifTags.Base.Orientation] = 6
Image.new("RGB", (60, 40), "red").save("photo.jpg", exif=exif)


def convert(name, picture, **options):
    file = io.BytesIO()
    picture.save(file, "JXL", **options)
    height, width, _ = imagecodecs.jpegxl_decode(file.getvalue()).shape
    in_pillow = ImageOps.exif_transpose(Image.open(file)).size
    print(f"{name:29} decoded {width} x {height}   in Pillow {in_pillow[0]} x {in_pillow[1]}")


convert("from a file", Image.open("photo.jpg"))
convert("from memory", Image.open(io.BytesIO(Path("photo.jpg").read_bytes())))
convert("from a file, in half", Image.open("photo.jpg").resize((30, 20)))
convert("from a file, no transcoding", Image.open("photo.jpg"), lossless_jpeg=False)
convert("turned before saving", ImageOps.exif_transpose(Image.open("photo.jpg")))
PYTHON
diff "$folder/seen" - <<'SEEN'
from a file                   decoded 40 x 60   in Pillow 40 x 60
from memory                   decoded 60 x 40   in Pillow 40 x 60
from a file, in half          decoded 30 x 20   in Pillow 20 x 30
from a file, no transcoding   decoded 60 x 40   in Pillow 40 x 60
turned before saving          decoded 40 x 60   in Pillow 40 x 60
SEEN
