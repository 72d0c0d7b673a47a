"""Picture files depend on the set's number alone, and have the sizes and oddities of the services."""

import hashlib
import os
import subprocess
import sys
from io import BytesIO

import pytest
from PIL import Image, UnidentifiedImageError

from sample.services.catalogue import LegoSet, all_sets, at_brick_insights
from sample.services.pictures import SIZES, picture


def odd(oddity: str) -> LegoSet:
    """Return the first set with an oddity."""
    return next(lego_set for lego_set in all_sets().values() if lego_set.oddity == oddity)


def opened(oddity: str) -> Image.Image:
    """Return the picture of the first set with an oddity."""
    return Image.open(BytesIO(picture(odd(oddity), "brick insights", "genericnx400")))


def test_another_process_draws_the_same_bytes() -> None:
    numbers = [lego_set.number for lego_set in at_brick_insights() if not lego_set.oddity][::180]
    script = (
        "import hashlib; from sample.services.catalogue import all_sets; from sample.services.pictures import picture\n"
        f"for n in {numbers}: print(hashlib.md5(picture(all_sets()[n], 'brick insights', 'original')).hexdigest())"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [hashlib.md5(picture(all_sets()[n], "brick insights", "original")).hexdigest() for n in numbers]
    assert result.stdout.split() == here


def test_a_re_release_looks_almost_like_the_original_but_is_another_file() -> None:
    re_release = next(lego_set for lego_set in all_sets().values() if lego_set.design_of != lego_set.number)
    first, second = (
        picture(lego_set, "brick insights", "original") for lego_set in (all_sets()[re_release.design_of], re_release)
    )
    small = [Image.open(BytesIO(data)).convert("L").resize((8, 8)).tobytes() for data in (first, second)]
    assert first != second
    assert max(abs(a - b) for a, b in zip(*small, strict=True)) < 40


@pytest.mark.parametrize(("size", "width", "height"), [("generic140xn", 140, None), ("small", None, 100)])
def test_sizes_are_those_of_the_service(size: str, width: int | None, height: int | None) -> None:
    lego_set = next(lego_set for lego_set in at_brick_insights() if not lego_set.oddity)
    image = Image.open(BytesIO(picture(lego_set, "brick insights", size)))
    assert size in SIZES and image.size == (width or image.width, height or image.height)


def test_a_truncated_picture_cannot_be_loaded() -> None:
    with pytest.raises((OSError, UnidentifiedImageError)):
        opened("truncated").load()


def test_a_rotated_picture_lies_on_its_side_and_has_an_exif_orientation() -> None:
    assert opened("rotated").getexif()[0x0112] == 6 and opened("rotated").width == 400


@pytest.mark.parametrize(("oddity", "mode"), [("cmyk", "CMYK"), ("gray", "L"), ("transparent", "RGBA")])
def test_odd_colour_modes_are_kept_in_the_file(oddity: str, mode: str) -> None:
    assert opened(oddity).mode == mode


def test_a_transparent_picture_has_clear_and_opaque_pixels() -> None:
    alpha = opened("transparent").getchannel("A")
    assert alpha.getextrema() == (0, 255)


def test_stand_ins_are_one_file() -> None:
    stand_ins = [lego_set for lego_set in all_sets().values() if lego_set.oddity == "stand-in"]
    assert len({picture(lego_set, "brick insights", "genericnx400") for lego_set in stand_ins}) == 1


def test_the_placeholder_is_one_pixel() -> None:
    assert opened("pixel").size == (1, 1)
