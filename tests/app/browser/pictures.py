"""Files to upload in the browser."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.app.uploads import encoded
from tests.drawn_sets import drawn_set


def drawn_file(folder: Path, kind: str, number: int) -> Path:
    """Write the picture of a set that the model was not trained on, and return its path."""
    path = folder / f"{kind}-{number}.png"
    path.write_bytes(encoded(drawn_set(kind, number)))
    return path


def broken_file(folder: Path) -> Path:
    """Write a file that starts like a JPEG but is not one, and return its path."""
    path = folder / "broken.jpg"
    path.write_bytes(b"\xff\xd8\xff and no more")
    return path


def photo_file(folder: Path, turned: bool = False) -> Path:
    """Write a noisy photo of a technic set, 3000 x 2000 pixels in 2 MB or more; stored on its side if turned."""
    drawn = drawn_set("technic", 9001)
    scene = Image.new("RGB", (3000, 2000), "white")
    scene.paste(drawn.resize((2400, 2400 * drawn.height // drawn.width)), (300, 200))
    noise = np.random.default_rng(0).normal(0, 12, (2000, 3000, 1))
    photo = Image.fromarray(np.clip(np.asarray(scene) + noise, 0, 255).astype(np.uint8))
    orientation = Image.Exif()
    orientation[0x0112] = 6 if turned else 1
    stored = photo.transpose(Image.Transpose.ROTATE_90) if turned else photo
    stored.save(folder / "photo.jpg", quality=92, exif=orientation)
    return folder / "photo.jpg"
