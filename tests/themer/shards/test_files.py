import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from themer.base.errors import UserError
from themer.shards.files import (
    Example,
    Rows,
    ShardSummary,
    read_batches,
    read_examples,
    read_labels,
    read_summary,
    require_fit,
    write_split,
    write_summary,
)

SUMMARY = ShardSummary(labels=["Duplo", "Technic"], size=8, fill=(255, 255, 255), pictures={"train": 5})


def example(index: int) -> Example:
    pixels = np.full((8, 8, 3), index, np.uint8)
    png = io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG")
    return Example(f"{index}-1", index % 2, png.getvalue())


def test_a_summary_is_read_as_it_was_written(tmp_path):
    write_summary(tmp_path, SUMMARY)
    assert read_summary(tmp_path) == SUMMARY


def test_parts_of_an_interrupted_run_with_more_files_are_gone(tmp_path):
    (tmp_path / "train-00007.part").write_bytes(b"from a killed run")
    write_split(tmp_path, "train", [example(0)], 5)
    assert [path.name for path in tmp_path.iterdir()] == ["train-00000-of-00001.tfrecord"]


@settings(max_examples=20, deadline=None)
@given(count=st.integers(0, 12), pictures_per_shard=st.integers(1, 5))
def test_rows_are_read_one_at_a_time_in_any_order(tmp_path_factory, count, pictures_per_shard):
    directory, examples = tmp_path_factory.mktemp("shards"), [example(index) for index in range(count)]
    write_split(directory, "train", examples, pictures_per_shard)
    rows = Rows(directory, "train")
    assert len(rows) == count and [rows[row] for row in reversed(range(count))] == examples[::-1]


def test_a_damaged_row_is_named(tmp_path):
    write_split(tmp_path, "train", [example(0), example(1)], 5)
    [path] = tmp_path.iterdir()
    rows = Rows(tmp_path, "train")
    path.write_bytes(path.read_bytes()[:-9] + b"different")
    assert rows[0] == example(0)
    with pytest.raises(UserError, match="train-00000-of-00001.tfrecord: the file is damaged"):
        rows[1]


@settings(max_examples=20, deadline=None)
@given(count=st.integers(0, 12), pictures_per_shard=st.integers(1, 5))
def test_examples_are_read_whole_and_in_order(tmp_path_factory, count, pictures_per_shard):
    directory = tmp_path_factory.mktemp("shards")
    assert write_split(directory, "train", map(example, range(count)), pictures_per_shard) == count
    assert list(read_examples(directory, "train")) == list(map(example, range(count)))


def test_pictures_are_decoded_and_stay_in_order(tmp_path):
    write_split(tmp_path, "train", map(example, range(12)), 5)
    batches = list(read_batches(tmp_path, "train", 8))
    assert [len(batch.labels) for batch in batches] == [8, 4]
    assert [set_id for batch in batches for set_id in batch.set_ids] == [f"{index}-1" for index in range(12)]
    assert np.concatenate([batch.labels for batch in batches]).tolist() == [0, 1] * 6
    pixels = np.concatenate([batch.pixels for batch in batches])
    assert pixels.shape == (12, 8, 8, 3) and pixels.dtype == np.uint8
    assert (pixels == np.arange(12)[:, None, None, None]).all()


def test_labels_can_be_read_without_pictures(tmp_path):
    write_split(tmp_path, "train", map(example, range(5)), 2)
    assert read_labels(tmp_path, "train").tolist() == [0, 1, 0, 1, 0]


def test_a_split_may_be_empty(tmp_path):
    write_summary(tmp_path, SUMMARY)
    assert write_split(tmp_path, "train", [], 2) == 0
    assert [path.name for path in tmp_path.glob("*.tfrecord")] == ["train-00000-of-00001.tfrecord"]
    assert list(read_examples(tmp_path, "train")) == list(read_labels(tmp_path, "train")) == []


def test_file_names_say_their_position_and_number(tmp_path):
    write_split(tmp_path, "test", map(example, range(5)), 2)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"test-0000{index}-of-00003.tfrecord" for index in range(3)]


def test_writing_again_replaces_the_files_of_an_earlier_run(tmp_path):
    write_split(tmp_path, "train", map(example, range(5)), 1)
    write_split(tmp_path, "train", map(example, range(5)), 5)
    assert [path.name for path in tmp_path.iterdir()] == ["train-00000-of-00001.tfrecord"]


def test_the_same_pictures_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_split(tmp_path / name, "train", map(example, range(5)), 5)
    first, second = sorted(tmp_path.glob("*/*.tfrecord"))
    assert first.read_bytes() == second.read_bytes()


def test_a_failure_while_writing_leaves_the_earlier_files(tmp_path):
    write_summary(tmp_path, SUMMARY)
    write_split(tmp_path, "train", map(example, range(5)), 2)
    with pytest.raises(ZeroDivisionError):
        write_split(tmp_path, "train", (example(1 // index) for index in (1, 1, 1, 0)), 2)
    assert len(list(read_examples(tmp_path, "train"))) == 5


def test_a_missing_directory_is_an_error_that_says_what_to_run(tmp_path):
    for read in (lambda: read_summary(tmp_path / "nowhere"), lambda: read_examples(tmp_path / "nowhere", "train")):
        with pytest.raises(UserError, match=r"nowhere: .* are here.*dvc repro|no shards here.*dvc repro"):
            read()


def test_a_missing_file_is_noticed(tmp_path):
    write_summary(tmp_path, SUMMARY)
    write_split(tmp_path, "train", map(example, range(5)), 2)
    (tmp_path / "train-00001-of-00003.tfrecord").unlink()
    with pytest.raises(UserError, match="2 of 3 files of the split 'train'"):
        read_examples(tmp_path, "train")


@pytest.mark.parametrize("text", ["{", "[]", '{"labels": []}'])
def test_an_unreadable_summary_is_named(tmp_path, text):
    (tmp_path / "shards.json").write_text(text)
    with pytest.raises(UserError, match="shards.json: not a summary"):
        read_summary(tmp_path)


def test_shards_must_fit_the_labels_and_size_of_a_model(tmp_path):
    write_summary(tmp_path, SUMMARY)
    require_fit(["Duplo", "Technic"], 8, tmp_path)
    for labels, size in ((["Technic", "Duplo"], 8), (["Duplo", "Technic"], 16)):
        expected = f"predicts {', '.join(labels)} from pictures of {size} px, .* Duplo, Technic and pictures of 8 px"
        with pytest.raises(UserError, match=expected):
            require_fit(labels, size, tmp_path)
