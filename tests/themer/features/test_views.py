import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.conftest import PROJECT
from tests.small_shards import FILL, picture
from themer.features.photo_views import photo_view
from themer.features.views import Views, augmented, centre

PICTURE = picture(label=2, seed=0)
PIXELS = picture(label=1, seed=0)
seeds = st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=2)


def view(views: Views, epoch: int = 1, index: int = 0) -> np.ndarray:
    return views.view(PICTURE, epoch, index)


def generator(*seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def after_the_choice(epoch: int, index: int) -> np.random.Generator:
    """Return the generator of a view once it has chosen between the two kinds."""
    found = generator(7, epoch, index)
    found.random()
    return found


def changed(seed: list[int], strength: float, image: np.ndarray = PIXELS, fill: tuple = FILL) -> np.ndarray:
    return augmented(image, generator(*seed), strength, fill)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean difference between two pictures."""
    return np.abs(one.astype(float) - other).mean()


def test_a_share_of_0_or_1_gives_one_kind_of_view():
    for index in range(5):
        plain, photo = (view(Views(7, 0.5, share, FILL), 3, index) for share in (0, 1))
        np.testing.assert_array_equal(plain, augmented(PICTURE, after_the_choice(3, index), 0.5, FILL))
        np.testing.assert_array_equal(photo, photo_view(PICTURE, after_the_choice(3, index)))


def test_strength_0_and_share_0_leave_the_picture_unchanged():
    np.testing.assert_array_equal(view(Views(7, 0, 0, FILL)), PICTURE)


def test_the_share_of_photograph_like_views_is_kept():
    views = Views(7, 0, 0.3, FILL)
    photo_views = sum((view(views, 1, index) != PICTURE).any() for index in range(100))
    assert 15 <= photo_views <= 45


@pytest.mark.parametrize("other", [(8, 1, 0), (7, 2, 0), (7, 1, 1)])
def test_another_seed_epoch_or_index_gives_another_view(other):
    seed, epoch, index = other
    assert (view(Views(7, 0.5, 0.5, FILL)) != view(Views(seed, 0.5, 0.5, FILL), epoch, index)).any()


def test_neither_order_nor_threads_change_a_view():
    def all_views(numbers: Iterable[int], threads: int) -> dict[int, bytes]:
        views = Views(7, 0.5, 0.5, FILL)
        with ThreadPoolExecutor(threads) as pool:
            return dict(pool.map(lambda index: (index, view(views, 1, index).tobytes()), numbers))

    forward = all_views(range(40), 1)
    backward = all_views(range(39, -1, -1), 8)
    assert forward == backward and len(set(forward.values())) == 40


def test_the_picture_itself_stays_as_it_is():
    before = PICTURE.copy()
    for share in (0, 1):
        view(Views(7, 1, share, (0, 90, 0)))
    np.testing.assert_array_equal(PICTURE, before)


def test_views_need_no_tensorflow():
    code = "import sys, themer.features.views; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


@settings(deadline=None, max_examples=30)
@given(seed=seeds, strength=st.floats(0, 1))
def test_views_keep_shape_and_range(seed, strength):
    pixels = changed(seed, strength)
    assert pixels.shape == PIXELS.shape and pixels.dtype == np.uint8


@settings(deadline=None, max_examples=20)
@given(seed=seeds, strength=st.floats(0.1, 1))
def test_same_seed_gives_same_view(seed, strength):
    np.testing.assert_array_equal(changed(seed, strength), changed(seed, strength))


def test_different_seeds_give_different_views():
    views = [changed([1, index], 0.5) for index in range(5)]
    assert all(difference(one, other) > 1 for at, one in enumerate(views) for other in views[:at])


def test_strength_0_leaves_the_picture_unchanged():
    np.testing.assert_array_equal(changed([1, 2], 0), PIXELS)


def test_a_higher_strength_changes_the_picture_more():
    changes = [np.mean([difference(changed([1, i], s), PIXELS) for i in range(20)]) for s in (0.1, 0.5, 1)]
    assert changes == sorted(changes)


def test_even_a_tiny_strength_flips_about_half_of_the_pictures():
    views = [changed([3, i], 1e-4) for i in range(60)]
    flipped = [difference(one, PIXELS[:, ::-1]) < difference(one, PIXELS) for one in views]
    assert 15 < sum(flipped) < 45


@pytest.mark.parametrize("fill", [(200, 120, 40), (255, 255, 255), (0, 0, 0)])
def test_a_picture_in_the_fill_colour_gets_no_visible_edges(fill):
    plain = np.full((32, 32, 3), fill, np.uint8)
    for index in range(10):
        assert np.ptp(changed([5, index], 1, plain, fill), axis=(0, 1)).max() == 0


@pytest.mark.parametrize(("size", "margin"), [(32, 3), (65, 6), (224, 22)])
def test_the_centre_is_the_middle_four_fifths_of_a_picture_in_full_size(size, margin):
    pixels = generator(size).integers(0, 256, (size, size, 3), np.uint8)
    inner = Image.fromarray(pixels[margin : size - margin, margin : size - margin])
    found = centre(pixels)
    assert found.shape == pixels.shape and found.dtype == np.uint8
    np.testing.assert_array_equal(found, inner.resize((size, size), Image.Resampling.BILINEAR))
