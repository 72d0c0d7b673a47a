"""The renderer hides covered solids and fits the scene into the picture."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sample.drawing.rendering import Camera, Frame, back_to_front, drawn, view_of
from sample.drawing.solids import box, group, joined, mirrored, moved

RED, BLUE = (200, 20, 20), (20, 20, 200)
PLAIN = Frame(shadow=0)


@given(st.floats(-45, 45), st.floats(0, 40))
def test_the_nearer_box_is_painted_later(yaw: float, pitch: float) -> None:
    solids = group(moved(box(1, 1, 1, RED), y=3), box(1, 1, 1, BLUE))
    assert back_to_front(solids, view_of(solids, Camera(yaw, pitch))) == [0, 1]


@given(st.floats(-45, 45), st.floats(5, 60))
def test_the_upper_box_is_painted_after_a_large_plate_below(yaw: float, pitch: float) -> None:
    solids = group(moved(box(1, 1, 1, RED), 3, 3, 0.3), box(10, 10, 0.3, BLUE))
    assert back_to_front(solids, view_of(solids, Camera(yaw, pitch))) == [1, 0]


def test_a_box_hides_the_smaller_one_behind_it() -> None:
    image = drawn(group(moved(box(1, 1, 1, BLUE), y=4, z=0.5), box(3, 1, 3, RED)), Camera(0, 0, 20), PLAIN)
    assert not any(blue > red for _, (red, _, blue) in image.getcolors(10**6))


@settings(max_examples=30, deadline=None)
@given(st.floats(-60, 60), st.floats(0, 50), st.floats(1, 9))
def test_the_scene_never_touches_the_edge_of_the_picture(yaw: float, pitch: float, wide: float) -> None:
    pixels = np.asarray(drawn([box(wide, 2, 2, RED)], Camera(yaw, pitch), PLAIN))
    edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    assert all((edge == 255).all() for edge in edges)


def test_the_border_surrounds_the_picture() -> None:
    image = drawn([box(2, 2, 2, RED)], Camera(), Frame(border=BLUE))
    assert image.getpixel((0, 0)) == image.getpixel((image.width - 1, 399)) == BLUE


def test_a_mirrored_solid_keeps_its_faces_outside() -> None:
    plain, flipped = box(2, 3, 1, RED), mirrored(box(2, 3, 1, RED))
    front = [drawn(group(solid), Camera(0, 20), PLAIN).tobytes() for solid in (plain, flipped)]
    assert front[0] == front[1]


def test_joined_solids_look_like_separate_ones() -> None:
    parts = group(box(1, 1, 1, RED), moved(box(1, 1, 1, BLUE), 3))
    assert drawn(parts, Camera(), PLAIN).tobytes() == drawn([joined(parts)], Camera(), PLAIN).tobytes()
