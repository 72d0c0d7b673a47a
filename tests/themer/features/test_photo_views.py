from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.small_shards import picture
from themer.features.photo_views import backdrop, background, colours, photo_view, shapes

SIZE = 64
PICTURE = np.asarray(Image.fromarray(picture(label=1, seed=0)).resize((SIZE, SIZE)))
seeds = st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=2)
channels = st.tuples(*[st.integers(0, 255)] * 3)


def generator(seed: list[int]) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def view(seed: list[int], image: np.ndarray = PICTURE) -> np.ndarray:
    return photo_view(image, generator(seed))


def background_of(pixels: np.ndarray) -> np.ndarray:
    """Return the mask of the background, 0..1."""
    return np.asarray(background(Image.fromarray(pixels))) / 255


def on_white(size: int, top: int, left: int, height: int, width: int) -> np.ndarray:
    pixels = np.full((size, size, 3), 255, np.uint8)
    pixels[top : top + height, left : left + width] = (200, 30, 90)
    return pixels


@settings(deadline=None, max_examples=40)
@given(seed=seeds, size=st.integers(32, 130), ground=channels, block=channels)
def test_views_of_any_size_and_colour_keep_shape_and_range(seed, size, ground, block):
    pixels = np.full((size, size, 3), ground, np.uint8)
    pixels[size // 4 : size // 2, size // 3 : -size // 4] = block
    found = photo_view(pixels, generator(seed))
    assert found.shape == pixels.shape and found.dtype == np.uint8


@settings(deadline=None, max_examples=15)
@given(seed=seeds)
def test_same_seed_gives_same_view(seed):
    np.testing.assert_array_equal(view(seed), view(seed))


def test_different_seeds_give_different_views():
    views = [view([1, index]) for index in range(6)]
    assert all(np.abs(one.astype(float) - other).mean() > 1 for at, one in enumerate(views) for other in views[:at])


def test_one_thread_and_four_give_the_same_bytes():
    def views(threads: int) -> list[bytes]:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda number: view([7, number]).tobytes(), range(16)))

    one, four = views(1), views(4)
    assert one == four and len(set(one)) == 16


@pytest.mark.parametrize("channel", range(3))
def test_a_subject_that_fills_the_picture_keeps_its_colour(channel):
    pixels = np.full((SIZE, SIZE, 3), 40, np.uint8)
    pixels[..., channel] = 180
    shares = [np.mean(view([2, index], pixels).argmax(axis=2) == channel) for index in range(25)]
    assert np.mean(shares) > 0.6 and np.quantile(shares, 0.1) > 0.25


def test_white_around_a_block_is_replaced_and_the_block_stays():
    views = np.stack([view([3, index], on_white(SIZE, 16, 16, 32, 32)) for index in range(25)])
    corners = views[:, [2, 2, -3, -3], [2, -3, 2, -3]]
    middle = np.median(views[:, 28:36, 28:36], axis=(1, 2))
    assert np.mean(corners.min(axis=-1) > 230) < 0.3
    assert np.mean(middle.argmax(axis=1) == 0) > 0.75


@pytest.mark.parametrize("fill", [(0, 0, 0), (30, 90, 160)])
def test_padding_in_another_colour_is_replaced_too(fill):
    padded = np.full((SIZE, SIZE, 3), fill, np.uint8)
    as_white = on_white(SIZE, 16, 16, 32, 32)
    padded[:, 16:48] = as_white[:, 16:48]
    for index in range(5):
        found = photo_view(padded, generator([4, index]), fill)
        np.testing.assert_allclose(found.mean(), view([4, index], as_white).mean(), atol=6)


@settings(deadline=None, max_examples=40)
@given(data=st.data(), size=st.integers(48, 150))
def test_the_white_around_a_block_is_background_and_the_block_is_not(data, size):
    height, width = (data.draw(st.integers(8, size - 24)) for _ in range(2))
    top, left = data.draw(st.integers(12, size - height - 12)), data.draw(st.integers(12, size - width - 12))
    found = background_of(on_white(size, top, left, height, width))
    block = np.zeros((size, size), bool)
    block[top : top + height, left : left + width] = True
    near = np.zeros_like(block)
    near[top - 8 : top + height + 8, left - 8 : left + width + 8] = True
    assert (found[block] == 0).all()
    assert (found[~near] > 0.999).all() and (found[~block] >= 0.25).all()


@settings(deadline=None, max_examples=20)
@given(thickness=st.integers(16, 40), hole=st.integers(8, 40))
def test_a_white_hole_in_a_block_is_not_background(thickness, hole):
    block = 2 * thickness + hole
    pixels = on_white(block + 40, 20, 20, block, block)
    inside = slice(20 + thickness, 20 + thickness + hole)
    pixels[inside, inside] = 255
    found = background_of(pixels)
    assert found[0, 0] == 1 and (found[inside, inside] == 0).all()


@pytest.mark.parametrize(("value", "share"), [(255, 1), (205, 0), (0, 0)])
def test_a_picture_of_one_colour_is_all_background_or_none(value, share):
    assert (background_of(np.full((40, 40, 3), value, np.uint8)) == share).all()


@settings(deadline=None, max_examples=20)
@given(seed=seeds, size=st.integers(32, 130))
def test_backdrops_have_the_shape_and_range_of_pictures(seed, size):
    surface = backdrop(size, generator(seed))
    assert surface.mode == "RGB" and surface.size == (size, size)


@settings(deadline=None, max_examples=20)
@given(seed=seeds, count=st.integers(1, 6), presence=st.floats(0, 1))
def test_shapes_are_opaque_and_the_area_around_them_is_transparent_black(seed, count, presence):
    layer = np.asarray(shapes(64, generator(seed), count, 0.5, presence))
    assert layer.shape == (64, 64, 4) and set(np.unique(layer[..., 3])) <= {0, 255}
    assert (layer[layer[..., 3] == 0] == 0).all()


def test_shapes_appear_with_their_probability():
    def uncovered(presence: float) -> float:
        layers = [np.asarray(shapes(64, generator([1, index]), 3, 0.5, presence)) for index in range(20)]
        return np.mean([(layer[..., 3] == 0).mean() for layer in layers])

    assert uncovered(0) == 1 > uncovered(0.3) > uncovered(1) > 0


@pytest.mark.parametrize("largest", [0.25, 0.5])
def test_shapes_are_as_large_as_wanted_and_never_vanish(largest):
    layers = [shapes(64, generator([2, index]), 1, largest, 1) for index in range(200)]
    boxes = np.array([layer.getbbox() for layer in layers])
    sides = np.concatenate([boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]])
    assert 1 <= sides.min() <= 6 and 0.9 * largest < sides.max() / 64 <= largest + 0.06 + 1 / 64


@given(seed=seeds, count=st.integers(1, 5))
@settings(deadline=None, max_examples=20)
def test_colours_have_the_range_of_pixels(seed, count):
    drawn = np.array(colours(count, generator(seed)))
    assert drawn.shape == (count, 3) and drawn.min() >= 0 and drawn.max() <= 255
