"""Every subject has a design, and every design fills its picture within the frame's limits."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sample.drawing.rendering import drawn
from sample.models.designs import design
from sample.services.catalogue import at_brick_insights
from sample.services.subjects import SUBJECTS

KINDS = sorted((kind, subject) for kind, subjects in SUBJECTS.items() for subject in subjects)
HEIGHT = 100


def drawn_small(kind: str, subject: str, seed: object) -> Image.Image:
    """Return a subject's picture at a quarter of its designed height, which takes half the time."""
    solids, camera, frame = design(kind, subject, Random(seed))
    assert frame.height == 4 * HEIGHT
    return drawn(solids, camera, replace(frame, height=HEIGHT))


@pytest.mark.parametrize("kind", SUBJECTS)
def test_every_subject_of_a_kind_is_drawn(kind: str) -> None:
    for subject in SUBJECTS[kind]:
        image = drawn_small(kind, subject, f"test {subject}")
        assert image.height == HEIGHT, subject
        assert len(image.getcolors(maxcolors=image.width * image.height)) > 200, subject


def test_a_picture_has_the_height_of_its_frame() -> None:
    assert drawn(*design("minifigure", "Knight", Random(1))).height == 400


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), st.integers())
def test_pictures_keep_the_limits_of_their_shape_for_any_seed(subject: tuple[str, str], seed: int) -> None:
    image = drawn_small(*subject, seed)
    assert image.height == HEIGHT and 40 <= image.width <= 220


def test_the_catalogue_has_both_narrow_and_wide_pictures() -> None:
    sets = [lego_set for lego_set in at_brick_insights() if lego_set.kind in ("minifigure", "rail", "technic")][::17]
    images = [drawn_small(lego_set.kind, lego_set.subject, lego_set.number) for lego_set in sets]
    ratios = [image.width / image.height for image in images]
    assert 0.4 <= min(ratios) < 0.7 and 1.8 < max(ratios) <= 2.2
