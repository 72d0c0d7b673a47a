from collections.abc import Callable
from pathlib import Path

import numpy
import pandas
import pytest

from stages import resize
from tests.conftest import picture_bytes
from themer.base.tables import write_csv
from themer.dataset.shards import read_split, read_summary
from themer.pictures.images import picture_path

LABELS = ["MiniFig", "Bulk Bricks"]


@pytest.fixture
def run(tmp_path: Path, write_params: Callable[..., Path]) -> Callable[..., Path]:
    """Return a function that resizes thirty pictures into a folder, with changed params and a number of workers."""
    splits = ["train"] * 20 + ["validation"] * 5 + ["test"] * 5
    rows = [(f"{index:04}-1", LABELS[index % 2], str(index), split) for index, split in enumerate(splits)]
    write_csv(pandas.DataFrame(rows, columns=["set_id", "label", "family", "split"]), tmp_path / "dataset.csv")
    for index, (set_id, *_) in enumerate(rows):
        picture_path(tmp_path, set_id).write_bytes(picture_bytes(index, (40 + index, 60)))

    def run(name: str = "shards", workers: int = 2, **changes: object) -> Path:
        path = write_params({f"resize.{key}": value for key, value in changes.items()} | {"resize.size": 48})
        arguments = {"params": path, "dataset": tmp_path / "dataset.csv", "pictures": tmp_path}
        arguments |= {"out": tmp_path / name, "workers": workers}
        resize.main([part for key, value in arguments.items() for part in (f"--{key}", str(value))])
        return tmp_path / name

    return run


def test_every_split_is_packed_with_its_labels(run):
    out = run()
    assert read_summary(out).pictures == {"train": 20, "validation": 5, "test": 5}
    assert read_summary(out).labels == ["Bulk Bricks", "MiniFig"]
    first = {row["set_id"].decode(): row["label"] for row in read_split(out, "test").as_numpy_iterator()}
    assert {set_id: int(label) for set_id, label in first.items()}["0026-1"] == 1


def test_pictures_are_squares_padded_with_the_fill(run):
    out = run(fill=[1, 2, 3])
    for row in read_split(out, "test").as_numpy_iterator():
        assert row["image"].shape == (48, 48, 3)
        assert numpy.array_equal(row["image"][24, 0], [1, 2, 3]) or row["image"][0, 24].tolist() == [1, 2, 3]


def test_the_number_of_workers_changes_no_byte(run):
    one, three = run("one", workers=1, pictures_per_shard=7), run("three", workers=3, pictures_per_shard=7)
    assert sorted(path.name for path in one.iterdir()) == sorted(path.name for path in three.iterdir())
    assert len(list(one.glob("train-*"))) == 3
    assert all(path.read_bytes() == (three / path.name).read_bytes() for path in one.iterdir())


def test_training_pictures_are_not_in_the_order_of_their_numbers(run):
    found = [row["set_id"] for row in read_split(run(), "train").as_numpy_iterator()]
    assert sorted(found) != found


def test_a_picture_that_is_lost_is_named(run, tmp_path):
    picture_path(tmp_path, "0003-1").unlink()
    with pytest.raises(SystemExit, match="0003-1.jpg: can't be read"):
        run()
