import os
from collections import Counter
from pathlib import Path

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.pictures.own_photos import (
    Placement,
    photo_path,
    photo_table,
    placements,
    require_no_problems,
    split_photos,
    survey_photos,
)

LABELS = ["MiniFig", "Technic/Bionicle", "Young Childrens"]
FAR_APART = ["0" * 64, "f" * 64, "0f" * 32, "00ff" * 16]
SHARES = st.floats(0, 1)
# Labels and sizes of families of photos without an official near-duplicate.
FAMILIES = st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 4)), max_size=30)


def find_photos(root: Path, labels: list[str]) -> dict[str, str]:
    """Return the label of each photo; raise UserError for what must not be there."""
    found = survey_photos(root, labels)
    require_no_problems(found.problems)
    return found.label_of


def put(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def official(**split_of: str) -> pandas.DataFrame:
    """Return official pictures with these families and splits, and with the first hashes of `FAR_APART`."""
    rows = zip(split_of, split_of.values(), FAR_APART, strict=False)
    return pandas.DataFrame(rows, columns=["family", "split", "perceptual_hash"])


def near(perceptual_hash: str) -> str:
    """Return a hash that differs in two bits."""
    return perceptual_hash[:-1] + ("3" if perceptual_hash[-1] == "0" else "c")


def test_photos_are_found_and_other_files_ignored(tmp_path):
    put(tmp_path, "minifig/b.PNG", "minifig/a.jpg", "young-childrens/my set-1", "README.md", ".DS_Store")
    put(tmp_path, "minifig/.hidden", "minifig/README.md", ".cache/x.jpg")
    put(tmp_path, "Thumbs.db", "minifig/Thumbs.db", "minifig/desktop.ini", "__MACOSX/minifig/a.jpg", "minifig/@eaDir/a")
    found = find_photos(tmp_path, LABELS)
    assert list(found) == ["photos/minifig/a.jpg", "photos/minifig/b.PNG", "photos/young-childrens/my set-1"]
    assert list(found.values()) == ["MiniFig", "MiniFig", "Young Childrens"]
    assert all(photo_path(tmp_path, photo).is_file() for photo in found)


MISPLACED = {
    "no label's folder": (
        "minifigs/a.jpg",
        r'minifigs: no label .* mean "minifig".* technic-bionicle, young-childrens',
    ),
    "a folder that is not a slug": ("Young Childrens/a.jpg", r'did you mean "young-childrens"'),
    "a file beside the folders": ("a.jpg", r"a.jpg: this file is not in a label's folder"),
    "a folder within a label's": ("minifig/old/a.jpg", r"minifig/old: a folder within a label's folder"),
    "a name that is not text": ("minifig/a\udcff.jpg", r"minifig: the file name .* is not UTF-8"),
}


@pytest.mark.parametrize("case", MISPLACED)
def test_a_misplaced_file_or_folder_is_named(tmp_path, case):
    name, message = MISPLACED[case]
    with pytest.raises(UserError, match=message):
        find_photos(put(tmp_path, name), LABELS)


def test_everything_that_is_misplaced_is_named_at_once(tmp_path):
    put(tmp_path, *(name for name, _ in MISPLACED.values()), "minifig/good.jpg")
    with pytest.raises(UserError) as caught:
        find_photos(tmp_path, LABELS)
    assert len(str(caught.value).splitlines()) == len(MISPLACED)


def test_a_pipe_among_the_photos_is_named_instead_of_read(tmp_path):
    (tmp_path / "minifig").mkdir()
    os.mkfifo(tmp_path / "minifig" / "a.jpg")
    with pytest.raises(UserError, match=r"a.jpg: neither a file nor a folder"):
        find_photos(tmp_path, LABELS)


def test_links_to_folders_are_refused_since_dvc_does_not_follow_them(tmp_path):
    album = put(tmp_path / "album", "a.jpg")
    photos = put(tmp_path / "photos", "minifig/a.jpg")
    (photos / "technic-bionicle").symlink_to(album)
    (photos / "minifig" / "holiday").symlink_to(album)
    (photos / "minifig" / "lost.jpg").symlink_to(album / "lost.jpg")
    with pytest.raises(UserError) as caught:
        find_photos(photos, LABELS)
    refused = [line.split(": a symbolic link")[0] for line in str(caught.value).splitlines()]
    assert refused == [str(photos / name) for name in ("minifig/holiday", "minifig/lost.jpg", "technic-bionicle")]


def test_a_link_to_a_file_is_a_photo_since_dvc_makes_such_links_itself(tmp_path):
    photos, elsewhere = put(tmp_path / "photos", "minifig/a.jpg"), put(tmp_path / "cache", "b.jpg")
    (photos / "minifig" / "b.jpg").symlink_to(elsewhere / "b.jpg")
    assert list(find_photos(photos, LABELS)) == ["photos/minifig/a.jpg", "photos/minifig/b.jpg"]


def test_a_folder_that_belongs_to_two_labels_is_refused(tmp_path):
    labels = [*LABELS, "Mini Fig", "Mini-Fig"]
    assert find_photos(put(tmp_path, "minifig/a.jpg"), labels)
    with pytest.raises(UserError, match=r"several labels share this folder: Mini Fig, Mini-Fig"):
        find_photos(put(tmp_path, "mini-fig/a.jpg"), labels)


def test_a_missing_folder_is_explained(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        find_photos(tmp_path / "photos", LABELS)


def test_near_duplicates_are_one_family_that_may_be_in_any_split():
    hashes = [FAR_APART[2], FAR_APART[3], near(FAR_APART[2])]
    found = placements(["photos/a", "photos/b", "photos/c"], hashes, official(x="train"), 2)
    assert found == [("photos/a", None), ("photos/b", None), ("photos/a", None)]


@pytest.mark.parametrize(("split", "bound"), [("train", "train"), ("validation", "test"), ("test", "test")])
def test_photos_join_training_only_with_an_official_near_duplicate(split, bound):
    assert placements(["photos/a"], [near(FAR_APART[0])], official(x=split), 2) == [("x", bound)]
    assert placements(["photos/a"], [near(FAR_APART[0])], official(x=split), 1) == [("photos/a", None)]


@pytest.mark.parametrize("split", ["validation", "test"])
def test_near_duplicates_of_pictures_in_two_splits_stay_out_of_training(split):
    hashes = [near(FAR_APART[0]), FAR_APART[0]]
    assert placements(["photos/a", "photos/b"], hashes, official(x="train", y=split), 256) == [("y", "test")] * 2


def test_without_photos_there_are_no_placements():
    assert placements([], [], official(x="train"), 24) == []
    assert split_photos([], [], 0.5, 0) == []


def test_bound_photos_ignore_the_share():
    for share in (0.0, 1.0):
        assert split_photos("AA", [("x", "test"), ("y", "train")], share, 0) == ["test", "train"]


def test_the_table_has_a_row_for_each_photo():
    label_of = {"photos/minifig/a": "MiniFig", "photos/minifig/b": "MiniFig", "photos/technic-bionicle/c": "Technic"}
    hashes = [near(FAR_APART[0]), FAR_APART[2], FAR_APART[3]]
    table = photo_table(label_of, hashes, official(x="test"), 2, train_share=1.0, seed=0)
    assert table.to_dict("list") == {
        "photo": list(label_of),
        "label": list(label_of.values()),
        "family": ["x", "photos/minifig/b", "photos/technic-bionicle/c"],
        "split": ["test", "train", "train"],
    }


def test_a_table_without_photos_has_all_columns():
    table = photo_table({}, [], official(x="train"), 24, train_share=0.5, seed=0)
    assert list(table) == ["photo", "label", "family", "split"] and table.empty


def free(families: list[tuple[str, int]]) -> tuple[list[str], list[Placement]]:
    """Return the labels and placements of the photos of free families, which are named by their positions."""
    photos = [(label, Placement(f"{index}", None)) for index, (label, size) in enumerate(families) for _ in range(size)]
    return [label for label, _ in photos], [placement for _, placement in photos]


@given(FAMILIES, SHARES, st.integers(0, 9))
def test_each_label_keeps_its_share_and_each_family_stays_in_one_split(families, share, seed):
    labels, placed = free(families)
    splits = split_photos(labels, placed, share, seed)
    assert len(set(zip(placed, splits, strict=True))) == len(set(placed))
    training = Counter(label for label, split in zip(labels, splits, strict=True) if split == "train")
    for label, total in Counter(labels).items():
        assert abs(training[label] - share * total) <= 2 + 1e-9


@given(FAMILIES, st.integers(0, 9))
def test_shares_of_0_and_1_are_exact(families, seed):
    assert set(split_photos(*free(families), 0.0, seed)) <= {"test"}
    assert set(split_photos(*free(families), 1.0, seed)) <= {"train"}


@given(st.integers(0, 40), SHARES, st.integers(0, 9))
def test_an_added_photo_moves_at_most_one_other(count, share, seed):
    before = split_photos(*free([("A", 1)] * count), share, seed)
    after = split_photos(*free([("A", 1)] * (count + 1)), share, seed)
    assert sum(old != new for old, new in zip(before, after, strict=False)) <= 1


def test_the_seed_decides_which_photos_join_training():
    photos = free([("A", 1)] * 40)
    assert split_photos(*photos, 0.5, 1) == split_photos(*photos, 0.5, 1) != split_photos(*photos, 0.5, 2)
