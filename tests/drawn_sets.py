"""Pictures of a few drawn sets, which a pretrained network learns in seconds to tell from other things."""

from functools import cache
from random import Random

from PIL import Image

from sample.drawing.rendering import drawn
from sample.models.designs import design
from sample.services.subjects import SUBJECTS

KINDS = ["minifigure", "technic", "young"]
SIZE = 128
FILL = (255, 255, 255)
PICTURES = {"train": 14, "validation": 6, "test": 4}


@cache
def drawn_set(kind: str, number: int) -> Image.Image:
    """Return the picture of a set of a kind, a different one for each number; not to be changed."""
    subjects = sorted(SUBJECTS[kind])
    return drawn(*design(kind, subjects[number % len(subjects)], Random(f"{kind} {number}")))
