"""Transforms and primitives put points where they should be."""

import numpy as np

from sample.drawing.solids import box, extent, limb, path, turned

RED = (200, 20, 20)


def test_extent_follows_a_turn() -> None:
    assert np.allclose(extent(turned(box(1, 2, 3, RED), "z", 90)[0]), (2, 1, 3))


def test_limb_reaches_from_start_to_end() -> None:
    rod = limb((1, 2, 3), (4, -2, 3), 0.25, RED).vertices
    assert np.allclose(rod.max(axis=0)[[0, 1]], (4, 2), atol=0.3)


def test_path_reads_points() -> None:
    assert path("-1,0 2.5,3") == [(-1.0, 0.0), (2.5, 3.0)]
