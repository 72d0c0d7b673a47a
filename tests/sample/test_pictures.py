"""Pictures are drawn from the set's number alone, in the size and shape that the services have."""

import hashlib
import os
import subprocess
import sys
from io import BytesIO
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, UnidentifiedImageError

from sample.catalogue import LegoSet, all_sets, at_brick_insights
from sample.designs import design
from sample.pictures import SIZES, picture
from sample.rendering import drawn
from sample.subjects import SUBJECTS

KINDS = sorted((kind, subject) for kind, subjects in SUBJECTS.items() for subject in subjects)


def odd(oddity: str) -> LegoSet:
    """Return the first set with an oddity."""
    return next(one for one in all_sets().values() if one.oddity == oddity)


def opened(oddity: str) -> Image.Image:
    """Return the picture of the first set with an oddity."""
    return Image.open(BytesIO(picture(odd(oddity), "brick insights", "genericnx400")))


@pytest.mark.parametrize(("kind", "subject"), KINDS)
def test_every_subject_is_drawn(kind: str, subject: str) -> None:
    image = drawn(*design(kind, subject, Random(f"test {subject}")))
    assert image.height == 400
    assert len(image.getcolors(maxcolors=image.width * image.height)) > 200


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), st.integers())
def test_whatever_the_seed_the_picture_keeps_its_bounds(subject: tuple[str, str], seed: int) -> None:
    image = drawn(*design(*subject, Random(seed)))
    assert image.height == 400 and 160 <= image.width <= 880


def test_catalogue_is_as_wide_and_as_narrow_as_it_says() -> None:
    sets = [one for one in at_brick_insights() if one.kind in ("minifigure", "rail", "technic")][::9]
    ratios = [
        image.width / image.height for image in (drawn(*design(s.kind, s.subject, Random(s.number))) for s in sets)
    ]
    assert 0.4 <= min(ratios) < 0.7 and 1.8 < max(ratios) <= 2.2


def test_another_process_draws_the_same_bytes() -> None:
    numbers = [one.number for one in at_brick_insights() if not one.oddity][::180]
    script = (
        "import hashlib; from sample.catalogue import all_sets; from sample.pictures import picture\n"
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


def test_re_release_looks_nearly_the_same_but_is_another_file() -> None:
    again = next(one for one in all_sets().values() if one.like != one.number)
    first, second = (picture(one, "brick insights", "original") for one in (all_sets()[again.like], again))
    small = [Image.open(BytesIO(data)).convert("L").resize((8, 8)).tobytes() for data in (first, second)]
    assert first != second
    assert max(abs(a - b) for a, b in zip(*small, strict=True)) < 40


@pytest.mark.parametrize(("size", "width", "height"), [("generic140xn", 140, None), ("small", None, 100)])
def test_sizes_are_those_of_the_service(size: str, width: int | None, height: int | None) -> None:
    one = next(one for one in at_brick_insights() if not one.oddity)
    image = Image.open(BytesIO(picture(one, "brick insights", size)))
    assert size in SIZES and image.size == (width or image.width, height or image.height)


def test_truncated_picture_breaks_off() -> None:
    with pytest.raises((OSError, UnidentifiedImageError)):
        opened("truncated").load()


def test_rotated_picture_says_so_in_its_exif_data() -> None:
    assert opened("rotated").getexif()[0x0112] == 6 and opened("rotated").width == 400


@pytest.mark.parametrize(("oddity", "mode"), [("cmyk", "CMYK"), ("gray", "L"), ("transparent", "RGBA")])
def test_picture_is_in_an_odd_mode(oddity: str, mode: str) -> None:
    assert opened(oddity).mode == mode


def test_transparent_picture_has_clear_paper_and_an_opaque_middle() -> None:
    alpha = opened("transparent").getchannel("A")
    assert alpha.getextrema() == (0, 255)


def test_stand_ins_are_one_file() -> None:
    stand_ins = [one for one in all_sets().values() if one.oddity == "stand-in"]
    assert len({picture(one, "brick insights", "genericnx400") for one in stand_ins}) == 1


def test_placeholder_is_one_pixel() -> None:
    assert opened("pixel").size == (1, 1)
