import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy
import pandas
import pytest
from PIL import Image, ImageOps

from stages import paths, resize
from tests.conftest import PROJECT, picture_bytes
from tests.dask_cluster import cluster
from tests.data_formats import problems_of_file
from themer.base.engines import Threads
from themer.base.files import write_bytes
from themer.base.tables import read_csv, write_csv
from themer.catalogue.sets import shuffled
from themer.pictures import files
from themer.pictures.files import PictureFile, picture_path
from themer.pictures.images import decode, encode_png, perceptual_hash
from themer.shards.files import read_examples, read_labels, read_summary

LABELS = ["Technic/Bionicle", "MiniFig"]
SPLITS = ["train"] * 10 + ["validation"] * 2 + ["test"] * 3
SET_IDS = [f"{number:04}-1" for number in range(len(SPLITS))]
OTHERS = {"7000-1": "Star Wars", "7001-1": "City / Police", "7002-1": "Star Wars"}
OTHER_SPLITS = ["train", "validation", "test"]
# One set of each split, and one of other themes.
IN_SPLIT = {"train": "0001-1", "validation": "0010-1", "test": "0012-1"}
OTHER_IN_SPLIT = dict(zip(OTHER_SPLITS, OTHERS, strict=True))


def picture_of(number: int) -> bytes:
    """Return the picture of a set by its number, as tall as it is wide or taller."""
    return picture_bytes(number, (40 + number, 60))


@pytest.fixture
def run(write_params: Callable[..., Path]) -> Callable[..., None]:
    """Return a function that runs the stage on the sets, with changed params."""
    rows = [(set_id, LABELS[number % 2], str(number), SPLITS[number]) for number, set_id in enumerate(SET_IDS)]
    write_csv(pandas.DataFrame(rows, columns=["set_id", "label", "family", "split"]), paths.dataset)
    others = [(*row, row[0], split) for row, split in zip(OTHERS.items(), OTHER_SPLITS, strict=True)]
    write_csv(pandas.DataFrame(others, columns=["set_id", "theme", "family", "split"]), paths.other_themes)
    for number, set_id in enumerate([*SET_IDS, *OTHERS]):
        write_bytes(picture_of(number), picture_path(paths.thumbnails, set_id))
    hashes = [perceptual_hash(decode(picture_of(number))) for number in range(len(SET_IDS) + len(OTHERS))]
    thumbnails = pandas.DataFrame({"set_id": [*SET_IDS, *OTHERS, "9999-1"], "perceptual_hash": [*hashes, ""]})
    write_csv(thumbnails, paths.thumbnails_table)
    paths.photos.mkdir()

    def run(**changes: object) -> None:
        write_params({"resize.size": 48, "regroup.duplicate_distance": 4} | changes)
        resize.main()

    return run


@pytest.fixture
def photos(run: Callable[..., None]) -> Path:
    """The folder of photos, with twelve photos of every format in the folders of two labels, and a README."""
    formats = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
    for number in range(12):
        path = paths.photos / ("minifig", "technic-bionicle")[number % 2] / f"photo {number:02}"
        write_bytes(picture_bytes(200 + number, (60 + number, 50), formats[number % 5]), path)
    (paths.photos / "README.md").write_text("What to put here")
    return paths.photos


def contents(*folders: Path) -> dict[Path, bytes]:
    """Return the content of every file in the folders."""
    return {path: path.read_bytes() for folder in folders for path in folder.iterdir()}


def test_every_split_is_packed_with_its_labels(run):
    run()
    counts = {"train": 10, "validation": 2, "test": 3, "other_train": 1, "other_validation": 1, "other_test": 1}
    assert read_summary(paths.shards).pictures == counts
    assert read_summary(paths.shards).labels == sorted(LABELS)
    packed = {one.set_id: one.label for one in read_examples(paths.shards, "test")}
    assert packed == {"0012-1": 1, "0013-1": 0, "0014-1": 1}


def test_sets_of_other_themes_have_splits_of_their_own(run):
    run()
    themes = read_summary(paths.shards).other_themes
    assert themes == ["City / Police", "Star Wars"]
    packed = [
        [(one.set_id, themes[one.label]) for one in read_examples(paths.shards, f"other_{split}")]
        for split in OTHER_SPLITS
    ]
    assert packed == [[item] for item in OTHERS.items()]


def test_pictures_are_squares_padded_with_the_fill(run):
    run(**{"resize.fill": [1, 2, 3]})
    for one in read_examples(paths.shards, "test"):
        assert one.pixels.shape == (48, 48, 3)
        assert numpy.array_equal(one.pixels[24, 0], [1, 2, 3]) or one.pixels[0, 24].tolist() == [1, 2, 3]


def test_a_margin_is_cropped(run):
    run()
    [before, *_] = read_examples(paths.shards, "test")
    path = picture_path(paths.thumbnails, before.set_id)
    with_margin = ImageOps.expand(decode(path.read_bytes()), 30, "white")
    path.write_bytes(encode_png(with_margin))
    run()
    [after, *_] = read_examples(paths.shards, "test")
    assert after == before


def test_the_number_of_workers_changes_no_byte_of_the_sets(run, monkeypatch):
    packed = []
    for workers in (1, 3):
        monkeypatch.setattr(resize, "engine", partial(Threads, workers))
        run(**{"resize.pictures_per_shard": 4})
        packed.append(contents(paths.shards))
    assert packed[0] == packed[1]
    assert len(list(paths.shards.glob("train-*"))) == 3


def test_training_pictures_are_shuffled_by_their_numbers_alone(run):
    run()
    found = [one.set_id for one in read_examples(paths.shards, "train")]
    assert found == shuffled(SET_IDS[:10]) != sorted(found)


def test_a_missing_picture_is_named(run):
    picture_path(paths.thumbnails, "0003-1").unlink()
    with pytest.raises(SystemExit, match="0003-1.jpg: can't be read .*Delete it and run: dvc repro --force download"):
        run()


def test_photos_are_split_by_label_and_packed_with_the_labels_of_the_dataset(run, photos, capsys):
    run()
    table, summary = read_csv(paths.photos_table), read_summary(paths.photo_shards)
    assert pandas.crosstab(table["label"], table["split"]).to_numpy().tolist() == [[3, 3], [3, 3]]
    assert (summary.labels, summary.pictures) == (sorted(LABELS), {"train": 6, "test": 6})
    assert "resize: 6 photos are used for training, 6 are held out" in capsys.readouterr().out
    for split in ("train", "test"):
        part = table[table["split"] == split]
        expected = dict(zip(part["photo"], part["label"].map(summary.labels.index), strict=True))
        assert {one.set_id: one.label for one in read_examples(paths.photo_shards, split)} == expected


def test_photos_of_none_of_the_themes_have_splits_of_their_own(run, photos, capsys):
    run()
    before = {path: path.read_bytes() for path in paths.photo_shards.glob("t*")}
    for number in range(4):
        content = picture_bytes(100 + number, (60, 50), "PNG")
        write_bytes(content, photos / "none-of-these-themes" / f"{number}.png")
    run()
    summary = read_summary(paths.photo_shards)
    assert summary.pictures == {"train": 6, "test": 6, "other_train": 2, "other_test": 2}
    assert summary.other_themes == ["None of these themes"] and "None of these themes" not in summary.labels
    assert {path: path.read_bytes() for path in paths.photo_shards.glob("t*")} == before
    said = "resize: 8 photos are used for training (2 of other themes), 8 are held out (2 of other themes)"
    assert said in capsys.readouterr().out
    assert read_csv(paths.photos_table)["split"].value_counts().to_dict() == {"train": 8, "test": 8}
    assert problems_of_file(paths.photo_shards / "shards.json", f"{paths.photo_shards}/shards.json") == []


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"train": 0, "test": 0}, "0 photos are used for training, 0 are held out"),
        ({"train": 1, "test": 1, "other_train": 0, "other_test": 0}, "1 photo is used for training, 1 is held out"),
        (
            {"train": 1, "test": 0, "other_train": 1, "other_test": 2},
            "2 photos are used for training (1 of other themes), 2 are held out (2 of other themes)",
        ),
    ],
)
def test_every_photo_is_counted_in_words(counts, words):
    assert resize.photo_words(counts) == words


def test_the_files_have_the_documented_format(run, photos):
    run()
    assert problems_of_file(paths.photos_table, "data/photos.csv") == []
    for folder in (paths.shards, paths.photo_shards):
        for path in folder.iterdir():
            assert problems_of_file(path, path.as_posix()) == []


@pytest.mark.parametrize(
    ("label", "set_of", "families"),
    [
        ("minifig", IN_SPLIT, ["12", "1", "10"]),
        ("none-of-these-themes", OTHER_IN_SPLIT, ["7002-1", "7000-1", "7001-1"]),
    ],
)
@pytest.mark.parametrize("share", [0, 1])
def test_an_official_picture_among_the_photos_is_trained_on_only_if_it_was(run, photos, label, set_of, families, share):
    for split, set_id in set_of.items():
        write_bytes(picture_path(paths.thumbnails, set_id).read_bytes(), photos / label / f"official {split}")
    run(**{"photos.train": share})
    table = read_csv(paths.photos_table).set_index("photo").filter(like="official", axis=0)
    assert table["split"].to_dict() == {
        f"photos/{label}/official test": "test",
        f"photos/{label}/official train": "train",
        f"photos/{label}/official validation": "test",
    }
    assert list(table["family"]) == families


def test_copies_of_a_photo_stay_together(run, photos):
    for number in range(5):
        (photos / "minifig" / f"copy {number}").write_bytes(picture_bytes(200, (60, 50), "PNG"))
    run(**{"regroup.duplicate_distance": 24})
    table = read_csv(paths.photos_table).set_index("photo")
    copies = table.loc[[f"photos/minifig/copy {number}" for number in range(5)] + ["photos/minifig/photo 00"]]
    assert copies["family"].nunique() == copies["split"].nunique() == 1


def test_a_photo_in_the_folders_of_two_labels_is_named(run, photos, capsys):
    (photos / "technic-bionicle" / "copy").write_bytes((photos / "minifig" / "photo 00").read_bytes())
    run()
    assert (
        "resize: one picture has several labels: photos/minifig/photo 00, photos/technic-bionicle/copy. Keep it in one"
        in capsys.readouterr().out
    )


def test_all_photos_or_none_may_join_training(run, photos):
    run(**{"photos.train": 0})
    assert read_summary(paths.photo_shards).pictures == {"train": 0, "test": 12}
    run(**{"photos.train": 1})
    assert read_summary(paths.photo_shards).pictures == {"train": 12, "test": 0}


def test_neither_the_workers_nor_the_order_of_the_files_change_a_byte_of_the_photos(run, photos, monkeypatch):
    monkeypatch.setattr(resize, "engine", partial(Threads, 1))
    run()
    before, table = contents(paths.photo_shards), paths.photos_table.read_bytes()
    for path in sorted(photos.glob("*/*"), reverse=True):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    monkeypatch.setattr(resize, "engine", partial(Threads, 3))
    run()
    assert len(before) == 3
    assert (contents(paths.photo_shards), paths.photos_table.read_bytes()) == (before, table)


def test_neither_a_dask_cluster_nor_its_workers_nor_the_death_of_one_change_a_byte(run, photos, monkeypatch):
    def packed() -> dict[Path, bytes]:
        run(**{"resize.pictures_per_shard": 4})
        return contents(paths.shards, paths.photo_shards) | {paths.photos_table: paths.photos_table.read_bytes()}

    def killing_first(path: Path) -> PictureFile:
        if path.stem == SET_IDS[5]:
            first.kill()
        return read_file(path)

    here, read_file = packed(), files.read_file
    # So that there are tasks enough for two workers.
    monkeypatch.setattr(files, "CHUNK_PICTURES", 1)
    with cluster() as processes:
        monkeypatch.setenv("LEGO_THEMER_DASK", processes.address)
        first = processes.worker()
        assert packed() == here
        processes.worker()
        assert packed() == here
        monkeypatch.setattr(files, "read_file", killing_first)
        assert packed() == here
        assert first.wait() == -signal.SIGKILL


def test_an_unreadable_picture_is_named_by_a_worker_as_here(run, monkeypatch):
    picture_path(paths.thumbnails, "0003-1").write_bytes(b"no picture")
    with cluster(workers=1) as processes:
        monkeypatch.setenv("LEGO_THEMER_DASK", processes.address)
        with pytest.raises(SystemExit, match="0003-1.jpg: can't be read .*Delete it and run: dvc repro --force downl"):
            run()


def test_without_photos_the_photo_splits_are_empty(run):
    run()
    assert paths.photos_table.read_text() == "photo,label,family,split\n"
    for split in ("train", "test"):
        photo_split = list(read_examples(paths.photo_shards, split))
        assert photo_split == list(read_labels(paths.photo_shards, split)) == []


def test_a_file_without_a_picture_is_named(run, photos):
    (photos / "minifig" / "notes.txt").write_text("not a picture")
    with pytest.raises(
        SystemExit, match=r"notes.txt: can't be read \(not a supported image\). Save it as one of JPEG, PNG"
    ):
        run()


def test_all_photos_that_have_to_go_are_named_at_once(run, photos):
    for name in ("minifig/a.txt", "minifig/b.jpg", "technic-bionicle/c.heic", "stray.jpg"):
        (photos / name).write_bytes(b"not a picture")
    with pytest.raises(SystemExit) as stopped:
        run()
    lines = str(stopped.value).removeprefix("error: ").splitlines()
    assert [line.split(":")[0] for line in lines] == [
        f"data/photos/{name}" for name in ("stray.jpg", "minifig/a.txt", "minifig/b.jpg", "technic-bionicle/c.heic")
    ]


def test_photos_are_checked_before_any_set_is_packed(run, photos):
    (photos / "no-such-label").mkdir()
    with pytest.raises(SystemExit, match="no-such-label: no label has this folder"):
        run()
    assert not paths.shards.exists()


WHILE_IT_RUNS = """
import sys
from pathlib import Path
from stages import resize

write = resize.write_summary

def write_summary(*arguments):
    write(*arguments)
    exec(sys.argv[1])

resize.write_summary = write_summary
resize.main()
"""
CHANGES = {
    "a new photo": "Path('data/photos/minifig/late').write_bytes(Path('data/photos/minifig/photo 00').read_bytes())",
    "another one": "import shutil; shutil.copy('data/photos/minifig/photo 02', 'data/photos/minifig/photo 00')",
    "a photo that is gone": "Path('data/photos/minifig/photo 00').unlink(missing_ok=True)",
}


@pytest.mark.parametrize("change", CHANGES)
def test_photos_that_change_while_dvc_packs_them_are_left_to_the_next_run(run, photos, change):
    run()
    shutil.copy(PROJECT / "dvc.yaml", "dvc.yaml")
    command = [sys.executable, "-c", WHILE_IT_RUNS, CHANGES[change]]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "DVC_STAGE": "resize"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "error: resize: data/photos changed while the stage ran. Run the stage again" in done.stderr
    run()
    packed = set(read_csv(paths.photos_table)["photo"])
    assert packed == {f"photos/{path.relative_to(photos)}" for path in photos.glob("*/*")}


def test_transparent_pixels_of_sets_and_photos_show_the_fill(run, photos):
    (photos / "minifig" / "clear.png").write_bytes(encode_png(Image.new("RGBA", (40, 40))))
    picture_path(paths.thumbnails, "0012-1").write_bytes(encode_png(Image.new("RGBA", (40, 40))))
    run(**{"resize.fill": [1, 2, 3], "photos.train": 0})
    packed = [*read_examples(paths.photo_shards, "test"), *read_examples(paths.shards, "test")]
    found = {one.set_id: one.pixels[24, 24].tolist() for one in packed}
    assert found["photos/minifig/clear.png"] == found["0012-1"] == [1, 2, 3]
