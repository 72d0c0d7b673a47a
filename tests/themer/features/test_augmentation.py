import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_shards import FILL, picture
from themer.base.quiet_tensorflow import tf
from themer.features.augmentation import augmented

PICTURE = picture(label=1, seed=0)
seeds = st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=2)


def view(seed: list[int], strength: float, image: np.ndarray = PICTURE, fill: tuple = FILL) -> np.ndarray:
    return augmented(tf.constant(image), tf.constant(seed, tf.int32), strength, fill).numpy()


@settings(deadline=None, max_examples=30)
@given(seed=seeds, strength=st.floats(0, 1))
def test_views_keep_shape_and_range(seed, strength):
    pixels = view(seed, strength)
    assert pixels.shape == PICTURE.shape and pixels.dtype == np.float32
    assert pixels.min() >= 0 and pixels.max() <= 255


@settings(deadline=None, max_examples=20)
@given(seed=seeds, strength=st.floats(0.1, 1))
def test_same_seed_gives_same_view(seed, strength):
    np.testing.assert_array_equal(view(seed, strength), view(seed, strength))


def test_different_seeds_give_different_views():
    views = [view([1, index], 0.5) for index in range(5)]
    assert all(np.abs(one - other).mean() > 1 for at, one in enumerate(views) for other in views[:at])


def test_strength_0_leaves_the_picture_unchanged():
    np.testing.assert_array_equal(view([1, 2], 0), PICTURE)


def test_a_higher_strength_changes_the_picture_more():
    changes = [np.mean([np.abs(view([1, i], s) - PICTURE).mean() for i in range(20)]) for s in (0.1, 0.5, 1)]
    assert changes == sorted(changes)


def test_even_a_tiny_strength_flips_about_half_of_the_pictures():
    flipped = [
        np.abs(view([3, i], 1e-4) - PICTURE[:, ::-1]).mean() < np.abs(view([3, i], 1e-4) - PICTURE).mean()
        for i in range(60)
    ]
    assert 15 < sum(flipped) < 45


def test_a_picture_in_the_fill_colour_gets_no_visible_edges():
    plain = np.full((32, 32, 3), (200, 120, 40), np.uint8)
    for index in range(10):
        pixels = view([5, index], 1, plain, (200, 120, 40))
        assert np.ptp(pixels, axis=(0, 1)).max() < 1e-3
