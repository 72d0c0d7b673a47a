import io

import numpy as np
import pytest

from themer.base.arrays import holds_array, map_array, read_array

ROWS = np.arange(6, dtype=np.float32).reshape(2, 3)


def archive() -> bytes:
    """Return a file of numpy's that holds several arrays."""
    buffer = io.BytesIO()
    np.savez(buffer, ROWS)
    return buffer.getvalue()


def test_an_array_is_read_and_mapped_as_it_was_written(tmp_path):
    np.save(tmp_path / "rows.npy", ROWS)
    for read in (read_array, map_array):
        np.testing.assert_array_equal(read(tmp_path / "rows.npy"), ROWS)
    assert holds_array(tmp_path / "rows.npy", (2, 3)) and not holds_array(tmp_path / "rows.npy", (3, 2))


@pytest.mark.parametrize("cut", [0, 1, 20, -1])
def test_an_array_that_breaks_off_is_none(tmp_path, cut):
    np.save(tmp_path / "rows.npy", ROWS)
    (tmp_path / "rows.npy").write_bytes((tmp_path / "rows.npy").read_bytes()[:cut])
    for read in (read_array, map_array):
        with pytest.raises(ValueError, match="."):
            read(tmp_path / "rows.npy")
    assert not holds_array(tmp_path / "rows.npy", (2, 3))


@pytest.mark.parametrize("other", [b"<html>", archive(), b"\x89PNG\r\n\x1a\n" * 20])
def test_a_file_of_another_kind_is_none(tmp_path, other):
    (tmp_path / "rows.npy").write_bytes(other)
    for read in (read_array, map_array):
        with pytest.raises(ValueError, match="."):
            read(tmp_path / "rows.npy")


def test_a_missing_file_holds_none(tmp_path):
    assert not holds_array(tmp_path / "none.npy", (2, 3)) and not holds_array(tmp_path, (2, 3))
