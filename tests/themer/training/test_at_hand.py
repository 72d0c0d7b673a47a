import pytest

from themer.training.at_hand import at_hand

PARTS = [b"three", b"small", b"parts"]


@pytest.mark.parametrize(("limit_bytes", "times_made"), [(15, 1), (14, 3)])
def test_parts_are_made_once_if_they_are_small(monkeypatch, limit_bytes, times_made):
    monkeypatch.setattr("themer.training.at_hand.KEPT_BYTES", limit_bytes)
    made = []
    parts = at_hand(lambda: (made.append(None), iter(PARTS))[1], len)
    assert list(parts()) == list(parts()) == PARTS
    assert len(made) == times_made
