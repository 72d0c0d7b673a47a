import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.answering.heat_maps import class_activation, occlusion, scaled

WHITE = np.full(3, 255, np.uint8)
RED, OTHER = np.array([True, False]), np.array([False, True])


def share_of_red(pixels: np.ndarray) -> np.ndarray:
    """Return the probabilities of the label "red" and of another one: the more red pixels, the more probable."""
    share = np.mean((pixels[..., 0] > 200) & (pixels[..., 1] < 50), axis=(1, 2))
    return np.stack([0.1 + 0.8 * share, 0.9 - 0.8 * share], axis=1).astype(np.float32)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 5), (6, 6)])
def test_covering_the_patch_that_decides_lowers_the_log_odds(row, column):
    pixels = np.full((70, 70, 3), 255, np.uint8)
    pixels[10 * row : 10 * row + 10, 10 * column : 10 * column + 10] = (255, 0, 0)
    fall = occlusion(pixels, share_of_red, RED, WHITE)
    assert fall.shape == (7, 7) and np.unravel_index(fall.argmax(), (7, 7)) == (row, column)
    assert np.count_nonzero(fall) == 1
    np.testing.assert_allclose(occlusion(pixels, share_of_red, OTHER, WHITE), -fall, atol=1e-6)


@pytest.mark.parametrize("size", [32, 67, 224])
def test_every_pixel_is_covered_once(size):
    batches = []

    def recorded(pixels: np.ndarray) -> np.ndarray:
        batches.append(pixels.copy())
        return share_of_red(pixels)

    occlusion(np.zeros((size, size, 3), np.uint8), recorded, RED, WHITE)
    [batch] = batches
    assert (batch[0] == 0).all() and (batch[1:].sum(axis=0) == 255).all()


def test_the_log_odds_of_a_certain_prediction_still_fall():
    def certain(pixels: np.ndarray) -> np.ndarray:
        other = np.where(pixels[:, 0, 0, 0] == 255, 1e-9, 1e-12)
        return np.stack([np.ones(len(pixels)), other], axis=1).astype(np.float32)

    fall = occlusion(np.zeros((70, 70, 3), np.uint8), certain, RED, WHITE)
    assert fall[0, 0] == pytest.approx(np.log(1000), rel=1e-3)


def test_a_theme_of_several_labels_mixes_their_maps_by_share():
    maps = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    mean = maps.mean(axis=-1)
    np.testing.assert_array_equal(class_activation(maps, np.array([0, 1, 0])), maps[..., 1] - mean)
    mixed = class_activation(maps, np.array([0.25, 0, 0.75]))
    np.testing.assert_allclose(mixed, 0.25 * maps[..., 0] + 0.75 * maps[..., 2] - mean)


def test_a_label_that_wins_by_its_bias_alone_still_has_a_warm_place():
    """Its own maps are negative everywhere, and those of the other labels more so on the whole."""
    maps = np.full((2, 2, 3), -5, np.float32)
    maps[..., 0] = [[-1, -2], [-3, -4]]
    assert scaled(class_activation(maps, np.array([1, 0, 0])), 32).max() == 1


@given(st.integers(0, 6), st.integers(0, 6), st.sampled_from([32, 75, 224]), st.sampled_from([1e-20, 1.0, 1e6]))
def test_heat_is_between_0_and_1_and_peaks_at_the_largest_value(row, column, size, factor):
    values = factor * np.random.default_rng(row).uniform(-1, 0.5, (7, 7)).astype(np.float32)
    values[row, column] = factor
    heat = scaled(values, size)
    assert heat.shape == (size, size) and heat.dtype == np.float32
    assert heat.min() == 0 and heat.max() == pytest.approx(1)
    hottest = np.unravel_index(heat.argmax(), heat.shape)
    assert tuple(int((place + 0.5) * 7 / size) for place in hottest) == (row, column)


def test_negative_values_are_cold():
    assert (scaled(np.full((7, 7), -1, np.float32), 32) == 0).all()
