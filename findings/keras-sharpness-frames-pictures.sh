#!/usr/bin/env bash
# Keras's RandomSharpness and RandomGaussianBlur layers of a picture on plain ground.
#
# Versions: keras 3.15.1, tensorflow 2.21.0, pillow 13.0.0.
# Behaviour: both blur as if everything beyond the picture were black. So blurring draws a dark frame around it, and
# sharpening a bright one: a border of 240 becomes 185 or 255. Pillow leaves plain ground as it is.
# It matters to product pictures, whose ground is plain: only changed pictures have a frame.
# Seen, the levels from the edge of a picture of 240 inwards:
#   RandomSharpness, 0.0     185 240 240
#   RandomSharpness, 0.25    212 240 240
#   RandomSharpness, 0.75    255 240 240
#   RandomGaussianBlur of 5  168 227 240
#   Pillow, sharpness 0.0    240 240 240
#   Pillow, GaussianBlur     240 240 240
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1 pillow==13.0.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import numpy as np
from keras.layers import RandomGaussianBlur, RandomSharpness
from PIL import Image, ImageEnhance, ImageFilter

plain = np.full((1, 12, 12, 3), 240, np.float32)
picture = Image.new("RGB", (12, 12), (240, 240, 240))


def show(name, pixels):
    """The first levels of the middle row."""
    print(f"{name:24}", *(f"{level:.0f}" for level in np.asarray(pixels)[6, :3, 0]))


for factor in (0.0, 0.25, 0.75):
    show(f"RandomSharpness, {factor}", RandomSharpness((factor, factor))(plain, training=True)[0])
show("RandomGaussianBlur of 5", RandomGaussianBlur((1, 1), 5, (1, 1))(plain, training=True)[0])
show("Pillow, sharpness 0.0", ImageEnhance.Sharpness(picture).enhance(0))
show("Pillow, GaussianBlur", picture.filter(ImageFilter.GaussianBlur(1)))
PYTHON
diff "$folder/seen" - <<'SEEN'
RandomSharpness, 0.0     185 240 240
RandomSharpness, 0.25    212 240 240
RandomSharpness, 0.75    255 240 240
RandomGaussianBlur of 5  168 227 240
Pillow, sharpness 0.0    240 240 240
Pillow, GaussianBlur     240 240 240
SEEN
