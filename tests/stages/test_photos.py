from collections.abc import Callable
from pathlib import Path

import pandas
import pytest

from stages import photos
from tests.conftest import picture_bytes
from tests.data_formats import problems_of_file
from themer.base.tables import read_csv, write_csv
from themer.dataset.shards import read_labels, read_split, read_summary
from themer.pictures.images import decode, perceptual_hash

OFFICIAL = {"1-1": "train", "2-1": "validation", "3-1": "test"}
LABELS = {"1-1": "Technic/Bionicle", "2-1": "MiniFig", "3-1": "MiniFig"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with twelve photos, of every format, in the folders of two labels, and a README."""
    formats = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
    for number in range(12):
        path = tmp_path / "own" / ("minifig", "technic-bionicle")[number % 2] / f"photo {number:02}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture_bytes(200 + number, (60 + number, 50), formats[number % 5]))
    (tmp_path / "own" / "README.md").write_text("What to put here")
    return tmp_path / "own"


@pytest.fixture
def run(tmp_path: Path, root: Path, write_params: Callable[..., Path]) -> Callable[..., Path]:
    """Return a function that runs the stage into a folder, with changed params and a number of workers."""
    rows = [(set_id, LABELS[set_id], set_id[0], split) for set_id, split in OFFICIAL.items()]
    write_csv(pandas.DataFrame(rows, columns=["set_id", "label", "family", "split"]), tmp_path / "dataset.csv")
    hashes = [perceptual_hash(decode(picture_bytes(int(set_id[0])))) for set_id in OFFICIAL]
    thumbnails = pandas.DataFrame({"set_id": [*OFFICIAL, "9-1"], "perceptual_hash": [*hashes, ""]})
    write_csv(thumbnails, tmp_path / "thumbnails.csv")

    def run(name: str = "out", workers: int = 2, **changes: object) -> Path:
        path = write_params({"resize.size": 32, "regroup.duplicate_distance": 4} | changes)
        arguments = {"params": path, "photos": root, "dataset": tmp_path / "dataset.csv"}
        arguments |= {"thumbnails": tmp_path / "thumbnails.csv", "out": tmp_path / name / "shards"}
        arguments |= {"table": tmp_path / name / "photos.csv", "workers": workers}
        photos.main([part for key, value in arguments.items() for part in (f"--{key}", str(value))])
        return tmp_path / name

    return run


def test_photos_are_split_by_label_and_packed_with_the_labels_of_the_dataset(run):
    out = run()
    table = read_csv(out / "photos.csv")
    assert pandas.crosstab(table["label"], table["split"]).to_numpy().tolist() == [[3, 3], [3, 3]]
    summary = read_summary(out / "shards")
    assert (summary.labels, summary.pictures) == (["MiniFig", "Technic/Bionicle"], {"train": 6, "test": 6})
    for split in ("train", "test"):
        packed = {row["set_id"].decode(): row["label"] for row in read_split(out / "shards", split).as_numpy_iterator()}
        part = table[table["split"] == split]
        assert packed == dict(zip(part["photo"], part["label"].map(summary.labels.index), strict=True))


def test_the_files_are_as_their_description_says(run):
    out = run()
    assert problems_of_file(out / "photos.csv", "data/photos.csv") == []
    for path in (out / "shards").iterdir():
        assert problems_of_file(path, f"data/photo_shards/{path.name}") == []


def test_an_official_picture_among_the_photos_stays_in_its_split(run, root):
    for number in (1, 2, 3):
        (root / "minifig" / f"official {number}").write_bytes(picture_bytes(number))
    table = read_csv(run() / "photos.csv").set_index("photo").filter(like="official", axis=0)
    assert list(table["split"]) == ["train", "train", "test"]
    assert list(table["family"]) == ["1", "2", "3"]


def test_copies_of_a_photo_stay_together(run, root):
    for number in range(5):
        (root / "minifig" / f"copy {number}").write_bytes(picture_bytes(200, (60, 50), "PNG"))
    table = read_csv(run(**{"regroup.duplicate_distance": 24}) / "photos.csv").set_index("photo")
    copies = table.loc[[f"photos/minifig/copy {number}" for number in range(5)] + ["photos/minifig/photo 00"]]
    assert copies["family"].nunique() == copies["split"].nunique() == 1


def test_the_share_may_be_none_or_all(run):
    assert read_summary(run("none", **{"photos.train": 0}) / "shards").pictures == {"train": 0, "test": 12}
    assert read_summary(run("all", **{"photos.train": 1}) / "shards").pictures == {"train": 12, "test": 0}


def test_neither_the_workers_nor_the_order_of_writing_change_a_byte(run, root):
    one = run("one", workers=1)
    for path in sorted(root.glob("*/*"), reverse=True):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    three = run("three", workers=3)
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len(names) == 4
    assert all((one / name).read_bytes() == (three / name).read_bytes() for name in names)


def test_without_photos_the_splits_are_empty(run, root):
    for path in root.glob("*/*"):
        path.unlink()
    out = run()
    assert (out / "photos.csv").read_text() == "photo,label,family,split\n"
    for split in ("train", "test"):
        assert list(read_split(out / "shards", split)) == list(read_labels(out / "shards", split)) == []


def test_a_file_that_is_no_picture_is_named(run, root):
    (root / "minifig" / "notes.txt").write_text("not a picture")
    with pytest.raises(SystemExit, match=r"notes.txt: can't be read \(not an image\). Save it as one of JPEG, PNG"):
        run()
