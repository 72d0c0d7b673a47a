import io
import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas
import pytest

from tests.conftest import without_privileges
from themer.answering.abstention import Boundary
from themer.answering.index import Index, IndexedPicture, IndexSummary, NearSet, read_index_summary
from themer.base.errors import UserError
from themer.base.tables import read_csv, write_csv

FILES = ["boundary.npy", "features.npy", "index.json", "pictures.csv"]
SPLITS = ["photos"] * 2 + ["train"] * 6 + ["validation"] * 2 + ["test"] * 3
WIDTH, NEIGHBOURS = 8, 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of random features: two photos, six training pictures and five others."""
    return write_index(tmp_path / "index")


@pytest.fixture
def index(folder: Path) -> Index:
    return Index(folder)


def write_index(folder: Path) -> Path:
    """Write the files that an index reads, and return their folder."""
    folder.mkdir()
    rows = np.random.default_rng(0).standard_normal((len(SPLITS), WIDTH))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    np.save(folder / "features.npy", rows.astype(np.float16))
    Boundary.none().write(folder)
    pictures = [
        IndexedPicture(
            f"{number}-1", "City", split, f"Set {number}", str(1990 + number), f"https://example.org/{number}"
        )
        for number, split in enumerate(SPLITS)
    ]
    pictures[5] = IndexedPicture("5-1", "Duplo", "train", "", "", "")
    write_csv(pandas.DataFrame(pictures), folder / "pictures.csv")
    summary = IndexSummary("0" * 64, 2, WIDTH, WIDTH, NEIGHBOURS, 0.98, 0.5, 0.9, 0.0, "0123456789abcdef")
    (folder / "index.json").write_text(json.dumps(asdict(summary)))
    return folder


def test_features_are_read_as_float32(folder, index):
    assert index.features.dtype == np.float32
    np.testing.assert_array_equal(index.features, np.load(folder / "features.npy"))


def test_the_distance_is_that_to_the_kth_nearest_training_picture(index):
    to_training = np.sort(1 - index.features @ index.features[:8].T, axis=1)
    expected = np.maximum(to_training[:, NEIGHBOURS - 1], 0)
    np.testing.assert_allclose(index.distances(index.features), expected, atol=1e-6)


def test_photos_count_as_training_pictures_but_are_not_near_sets(index):
    photo = index.features[:1]
    distances, [found] = index.look_up(photo, 100)
    assert distances[0] == pytest.approx(np.sort(1 - index.features[:8] @ photo[0])[NEIGHBOURS - 1], abs=1e-6)
    assert sorted(near.set_id for near in found) == sorted(f"{number}-1" for number in range(2, 13))


def test_looking_up_gives_the_same_distances_as_distances(index):
    distances, _ = index.look_up(index.features[:5], 3)
    np.testing.assert_array_equal(distances, index.distances(index.features[:5]))


def test_each_row_gets_its_own_nearest_sets(index):
    _, together = index.look_up(index.features, 4)
    for number, found in enumerate(together):
        _, [alone] = index.look_up(index.features[number : number + 1], 4)
        distances = [near.distance for near in found]
        assert [near.set_id for near in alone] == [near.set_id for near in found] and len(found) == 4
        assert [near.distance for near in alone] == pytest.approx(distances, abs=1e-6)
        assert distances == sorted(distances)


def test_a_set_is_nearest_to_itself_with_its_facts(index):
    _, [found] = index.look_up(index.features[4:5], 1)
    assert found == [NearSet("4-1", "Set 4", 1994, "City", found[0].distance, "https://example.org/4")]
    assert found[0].distance == pytest.approx(0, abs=1e-3)


def test_facts_of_a_near_set_may_be_unknown(index):
    _, [found] = index.look_up(index.features[5:6], 1)
    assert (found[0].theme, found[0].name, found[0].year, found[0].page) == ("Duplo", "", None, None)


def test_the_summary_is_read_as_it_was_written(folder, index):
    assert read_index_summary(folder) == index.summary
    assert asdict(index.summary) == json.loads((folder / "index.json").read_text())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("threshold", value) for value in ("x", "0.9", None, True, [0.9], float("nan"), float("inf"))),
        *(("neighbours", value) for value in (0, -1, 2.5, "5", True)),
        *(("labels", 0), ("width", "8"), ("block_width", -8), ("made_from", 7), ("model_sha256", None)),
    ],
)
def test_a_summary_with_a_value_that_no_export_writes_is_refused(folder, name, value):
    summary = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(json.dumps(summary | {name: value}))
    with pytest.raises(UserError, match=rf"not an index of features \(its {name} is .*dvc repro --force export"):
        Index(folder)


def test_an_index_without_names_and_years_is_refused(folder):
    write_csv(read_csv(folder / "pictures.csv")[["set_id", "label", "split"]], folder / "pictures.csv")
    with pytest.raises(UserError, match="its table has other columns"):
        Index(folder)


def test_files_of_different_length_are_refused(folder):
    write_csv(read_csv(folder / "pictures.csv").head(3), folder / "pictures.csv")
    with pytest.raises(UserError, match="its files differ in length"):
        Index(folder)


def test_a_folder_without_an_index_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"not an index of features.*dvc repro --force export"):
        Index(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_an_index_with_a_missing_or_truncated_file_is_refused(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match="not an index of features"):
        Index(folder)
    (folder / name).unlink()
    with pytest.raises(UserError, match="not an index of features"):
        Index(folder)


def archive() -> bytes:
    """Return a file of numpy's that holds several arrays."""
    buffer = io.BytesIO()
    np.savez(buffer, one=np.zeros(3), two=np.zeros(3))
    return buffer.getvalue()


def array(values: object, dtype: object = None) -> bytes:
    """Return a file of numpy's that holds an array."""
    buffer = io.BytesIO()
    np.save(buffer, np.array(values, dtype), allow_pickle=True)
    return buffer.getvalue()


OTHERS = {
    "nothing": b"",
    "a page": b"<html>",
    "a list": b"[]",
    "an object": b"{}",
    "deep": b"[" * 100_000,
    "several arrays": archive(),
    "an array of objects": array([{}], object),
    "words": array(["a", "b"]),
    "a number": array(3.0),
    "another shape": array([[1.0, 2.0]]),
    "a long field": b"set_id," * 3 + b"x" * 200_000,
    "binary": b"\x89PNG\r\n\x1a\n\xff\0",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("other", OTHERS)
def test_an_index_with_a_file_of_another_kind_is_refused(folder, name, other):
    (folder / name).write_bytes(OTHERS[other])
    with pytest.raises(UserError, match=r"not an index of features.*dvc repro --force export"):
        Index(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_folder_in_place_of_a_file_is_refused(folder, name):
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(UserError, match="not an index of features"):
        Index(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_may_not_be_read_is_named(name):
    with TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        folder = write_index(Path(parent) / "index")
        (folder / name).chmod(0)
        with without_privileges(), pytest.raises(UserError, match=f"{folder / name}: Permission denied. Allow access"):
            Index(folder)
