import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import picture_bytes
from themer.base.errors import UserError
from themer.base.params import Resize
from themer.catalogue.sets import shuffled
from themer.shards.files import read_examples
from themer.shards.packing import ordered_map, pack_split, padded_example, read_picture

SETTINGS = Resize(size=32, fill=(1, 2, 3), pictures_per_shard=3)


@pytest.mark.parametrize("content", [None, b"", b"no picture", picture_bytes()[:300]])
def test_an_unreadable_file_is_named_with_the_remedy(tmp_path, content):
    if content is not None:
        (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(UserError, match=r"a.jpg: can't be read \(.*\)\. Remove it\."):
        read_picture(tmp_path / "a.jpg", "Remove it.")


def test_pictures_are_packed_padded_and_shuffled(tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture_bytes())
    picture = read_picture(tmp_path / "a.jpg", "")
    names = [f"{number}-1" for number in range(8)]
    assert pack_split(tmp_path, "train", names, lambda name: padded_example(name, 1, picture, SETTINGS), 3, 2) == 8
    rows = list(read_examples(tmp_path, "train"))
    assert [row.set_id for row in rows] == shuffled(names)
    assert rows[0].pixels[0, 0].tolist() == [1, 2, 3]
    assert len(list(tmp_path.glob("train-*-of-00003.tfrecord"))) == 3


@settings(deadline=None)
@given(st.lists(st.integers()), st.integers(1, 4))
def test_results_keep_the_order_of_the_items(items, workers):
    assert list(ordered_map(lambda item: item * 2, items, workers)) == [item * 2 for item in items]


def test_only_a_few_items_are_taken_ahead():
    taken = []
    results = ordered_map(lambda item: item, (taken.append(item) or item for item in range(1000)), workers=2)
    next(results)
    assert len(taken) <= 8


def test_threads_work_at_the_same_time():
    both = threading.Barrier(2, timeout=10)
    assert len(list(ordered_map(lambda item: both.wait() >= 0, range(2), workers=2))) == 2


def test_an_error_in_a_thread_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(ordered_map(lambda item: 1 // item, [1, 0, 1], workers=2))
