import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.answering.heat_maps import class_activation, occlusion, scaled

WHITE = np.full(3, 255, np.uint8)


def red_or_not(pixels: np.ndarray) -> np.ndarray:
    """Answer that a picture shows the theme "red", the first one, the more surely the more of it is red."""
    amount = np.mean((pixels[..., 0] > 200) & (pixels[..., 1] < 50), axis=(1, 2))
    return np.stack([0.1 + 0.8 * amount, 0.9 - 0.8 * amount], axis=1).astype(np.float32)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 5), (6, 6)])
def test_what_a_theme_goes_by_is_found_by_painting_it_over(row, column):
    pixels = np.full((70, 70, 3), 255, np.uint8)
    pixels[10 * row : 10 * row + 10, 10 * column : 10 * column + 10] = (255, 0, 0)
    fall = occlusion(pixels, red_or_not, np.array([True, False]), WHITE)
    assert fall.shape == (7, 7) and np.unravel_index(fall.argmax(), (7, 7)) == (row, column)
    assert np.count_nonzero(fall) == 1
    against = occlusion(pixels, red_or_not, np.array([False, True]), WHITE)
    np.testing.assert_allclose(against, -fall, atol=1e-6)


@pytest.mark.parametrize("size", [32, 67, 224])
def test_every_place_is_painted_over_once(size):
    seen = []
    pixels = np.zeros((size, size, 3), np.uint8)
    occlusion(pixels, lambda some: seen.append(some.copy()) or red_or_not(some), np.array([True, False]), WHITE)
    assert (seen[0][0] == 0).all() and (seen[0][1:].sum(axis=0) == 255).all()


def test_a_certain_answer_still_falls():
    def certain(pixels: np.ndarray) -> np.ndarray:
        return np.stack([np.ones(len(pixels)), np.where(pixels[:, 0, 0, 0] == 255, 1e-9, 1e-12)], 1).astype(np.float32)

    fall = occlusion(np.zeros((70, 70, 3), np.uint8), certain, np.array([True, False]), WHITE)
    assert fall[0, 0] == pytest.approx(np.log(1000), rel=1e-3)


def test_a_theme_of_several_labels_has_their_maps_by_their_shares():
    maps = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    np.testing.assert_array_equal(class_activation(maps, np.array([0, 1, 0])), maps[..., 1])
    mixed = class_activation(maps, np.array([0.25, 0, 0.75]))
    np.testing.assert_allclose(mixed, 0.25 * maps[..., 0] + 0.75 * maps[..., 2])


@given(st.integers(0, 6), st.integers(0, 6), st.sampled_from([32, 75, 224]), st.sampled_from([1e-20, 1.0, 1e6]))
def test_heat_lies_within_0_and_1_and_is_hottest_where_the_value_is(row, column, size, factor):
    values = factor * np.random.default_rng(row).uniform(-1, 0.5, (7, 7)).astype(np.float32)
    values[row, column] = factor
    heat = scaled(values, size)
    assert heat.shape == (size, size) and heat.dtype == np.float32
    assert heat.min() == 0 and heat.max() == pytest.approx(1)
    hottest = np.unravel_index(heat.argmax(), heat.shape)
    assert tuple(int((place + 0.5) * 7 / size) for place in hottest) == (row, column)


def test_what_speaks_against_a_theme_is_cold():
    assert (scaled(np.full((7, 7), -1, np.float32), 32) == 0).all()
