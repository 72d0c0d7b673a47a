import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from themer.base.errors import UserError
from themer.dataset.shards import (
    Example,
    ShardSummary,
    read_labels,
    read_split,
    read_summary,
    write_split,
    write_summary,
)

SUMMARY = ShardSummary(labels=["Duplo", "Technic"], size=8, fill=(255, 255, 255), pictures={"train": 5})


def example(index: int) -> Example:
    pixels = np.full((8, 8, 3), index, np.uint8)
    png = io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG")
    return Example(f"{index}-1", index % 2, png.getvalue())


def test_summary_comes_back_as_written(tmp_path):
    write_summary(tmp_path, SUMMARY)
    assert read_summary(tmp_path) == SUMMARY


@settings(max_examples=20, deadline=None)
@given(count=st.integers(0, 12), pictures_per_shard=st.integers(1, 5))
def test_pictures_come_back_whole_and_in_order(tmp_path_factory, count, pictures_per_shard):
    directory = tmp_path_factory.mktemp("shards")
    write_summary(directory, SUMMARY)
    assert write_split(directory, "train", map(example, range(count)), pictures_per_shard) == count
    elements = list(read_split(directory, "train").as_numpy_iterator())
    assert [element["set_id"].decode() for element in elements] == [f"{index}-1" for index in range(count)]
    assert [element["label"] for element in elements] == [index % 2 for index in range(count)]
    assert all((element["image"] == index).all() for index, element in enumerate(elements))


def test_labels_can_be_read_alone(tmp_path):
    write_summary(tmp_path, SUMMARY)
    write_split(tmp_path, "train", map(example, range(5)), 2)
    assert list(read_labels(tmp_path, "train").as_numpy_iterator()) == [0, 1, 0, 1, 0]


def test_files_are_named_by_their_place_and_number(tmp_path):
    write_split(tmp_path, "test", map(example, range(5)), 2)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"test-0000{index}-of-00003.tfrecord" for index in range(3)]


def test_writing_again_replaces_the_files_of_an_earlier_run(tmp_path):
    write_split(tmp_path, "train", map(example, range(5)), 1)
    write_split(tmp_path, "train", map(example, range(5)), 5)
    assert [path.name for path in tmp_path.iterdir()] == ["train-00000-of-00001.tfrecord"]


def test_same_pictures_give_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_split(tmp_path / name, "train", map(example, range(5)), 5)
    first, second = sorted(tmp_path.glob("*/*.tfrecord"))
    assert first.read_bytes() == second.read_bytes()


def test_a_failure_while_writing_leaves_the_earlier_files(tmp_path):
    write_summary(tmp_path, SUMMARY)
    write_split(tmp_path, "train", map(example, range(5)), 2)
    with pytest.raises(ZeroDivisionError):
        write_split(tmp_path, "train", (example(1 // index) for index in (1, 1, 1, 0)), 2)
    assert len(list(read_split(tmp_path, "train"))) == 5


def test_missing_directory_says_what_to_run(tmp_path):
    with pytest.raises(UserError, match="no shards here.*dvc repro"):
        read_split(tmp_path / "nowhere", "train")


def test_missing_file_is_noticed(tmp_path):
    write_summary(tmp_path, SUMMARY)
    write_split(tmp_path, "train", map(example, range(5)), 2)
    (tmp_path / "train-00001-of-00003.tfrecord").unlink()
    with pytest.raises(UserError, match="2 of 3 files of the split 'train'"):
        read_split(tmp_path, "train")


@pytest.mark.parametrize("text", ["{", "[]", '{"labels": []}'])
def test_foreign_summary_is_named(tmp_path, text):
    (tmp_path / "shards.json").write_text(text)
    with pytest.raises(UserError, match="shards.json: not a summary"):
        read_summary(tmp_path)
