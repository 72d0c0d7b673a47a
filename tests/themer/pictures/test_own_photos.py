from collections import Counter
from pathlib import Path

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.base.theme_paths import slug
from themer.pictures.own_photos import find_photos, homes, photo_path, split_photos

LABELS = ["MiniFig", "Technic/Bionicle", "Young Childrens"]
FAR_APART = ["0" * 64, "f" * 64, "0f" * 32, "00ff" * 16]
SHARES = st.floats(0, 1)
# Labels and sizes of families of photos that no official picture is near to.
FAMILIES = st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 4)), max_size=30)


def put(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def official(**split_of: str) -> pandas.DataFrame:
    """Return official pictures, family by family, with the first of the hashes that are far apart."""
    rows = zip(split_of, split_of.values(), FAR_APART, strict=False)
    return pandas.DataFrame(rows, columns=["family", "split", "perceptual_hash"])


def near(perceptual_hash: str) -> str:
    """Return a hash that differs in two bits."""
    return perceptual_hash[:-1] + ("3" if perceptual_hash[-1] == "0" else "c")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Technic/Bionicle", "technic-bionicle"),
        ("Young Childrens", "young-childrens"),
        ("MiniFig", "minifig"),
        ("Star Wars / Episode 4_5", "star-wars-episode-4-5"),
        ("(Poke\u0301mon)", "pok\u00e9mon"),
    ],
)
def test_a_folder_is_named_for_its_label(label, name):
    assert slug(label) == name


def test_photos_are_found_and_what_is_none_is_passed_over(tmp_path):
    put(tmp_path, "minifig/b.PNG", "minifig/a.jpg", "young-childrens/my set-1", "README.md", ".DS_Store")
    put(tmp_path, "minifig/.hidden", "minifig/README.md", ".cache/x.jpg")
    found = find_photos(tmp_path, LABELS)
    assert list(found) == ["photos/minifig/a.jpg", "photos/minifig/b.PNG", "photos/young-childrens/my set-1"]
    assert list(found.values()) == ["MiniFig", "MiniFig", "Young Childrens"]
    assert all(photo_path(tmp_path, photo).is_file() for photo in found)


WRONG = {
    "no label's folder": (
        "minifigs/a.jpg",
        r'minifigs: no label .* mean "minifig".* technic-bionicle, young-childrens',
    ),
    "a folder that is not a slug": ("Young Childrens/a.jpg", r'did you mean "young-childrens"'),
    "a file beside the folders": ("a.jpg", r"a.jpg: lies in no label's folder"),
    "a folder within a label's": ("minifig/old/a.jpg", r"minifig/old: a folder within a label's folder"),
    "a name that is no text": ("minifig/a\udcff.jpg", r"minifig: the file name .* is no UTF-8"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_lies_wrong_is_named(tmp_path, case):
    name, message = WRONG[case]
    with pytest.raises(UserError, match=message):
        find_photos(put(tmp_path, name), LABELS)


def test_labels_of_one_name_are_refused_where_a_folder_bears_it(tmp_path):
    labels = [*LABELS, "Mini Fig", "Mini-Fig"]
    assert find_photos(put(tmp_path, "minifig/a.jpg"), labels)
    with pytest.raises(UserError, match=r"\['Mini Fig', 'Mini-Fig'\] all have this folder's name"):
        find_photos(put(tmp_path, "mini-fig/a.jpg"), labels)


def test_a_missing_folder_is_explained(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        find_photos(tmp_path / "photos", LABELS)


def test_near_duplicates_are_one_family_and_others_are_free():
    hashes = [FAR_APART[2], FAR_APART[3], near(FAR_APART[2])]
    found = homes(["photos/a", "photos/b", "photos/c"], hashes, official(x="train"), 2)
    assert found == [("photos/a", None), ("photos/b", None), ("photos/a", None)]


@pytest.mark.parametrize(("split", "bound"), [("train", "train"), ("validation", "train"), ("test", "test")])
def test_photos_go_where_a_nearly_equal_official_picture_is(split, bound):
    assert homes(["photos/a"], [near(FAR_APART[0])], official(x=split), 2) == [("x", bound)]
    assert homes(["photos/a"], [near(FAR_APART[0])], official(x=split), 1) == [("photos/a", None)]


def test_what_is_near_to_pictures_of_two_splits_is_kept_from_training():
    hashes = [near(FAR_APART[0]), FAR_APART[0]]
    assert homes(["photos/a", "photos/b"], hashes, official(x="train", y="test"), 256) == [("y", "test")] * 2


def test_no_photos_need_no_home():
    assert homes([], [], official(x="train"), 24) == []
    assert split_photos([], [], 0.5, 0) == []


def test_photos_go_where_they_are_bound_to_whatever_the_share():
    for share in (0.0, 1.0):
        assert split_photos("AA", [("x", "test"), ("y", "train")], share, 0) == ["test", "train"]


def free(families: list[tuple[str, int]]) -> tuple[list[str], list[tuple[str, None]]]:
    """Return the labels and homes of the photos of free families, named by their positions."""
    photos = [(label, (f"{index}", None)) for index, (label, size) in enumerate(families) for _ in range(size)]
    return [label for label, _ in photos], [home for _, home in photos]


@given(FAMILIES, SHARES, st.integers(0, 9))
def test_each_label_keeps_its_share_and_no_family_is_parted(families, share, seed):
    labels, found = free(families)
    splits = split_photos(labels, found, share, seed)
    assert len(set(zip(found, splits, strict=True))) == len(set(found))
    learned = Counter(label for label, split in zip(labels, splits, strict=True) if split == "train")
    for label, total in Counter(labels).items():
        assert abs(learned[label] - share * total) <= 2 + 1e-9


@given(FAMILIES, st.integers(0, 9))
def test_a_share_of_none_and_of_all_are_exact(families, seed):
    assert set(split_photos(*free(families), 0.0, seed)) <= {"test"}
    assert set(split_photos(*free(families), 1.0, seed)) <= {"train"}


@given(st.integers(0, 40), SHARES, st.integers(0, 9))
def test_one_photo_more_moves_at_most_one_other(count, share, seed):
    before = split_photos(*free([("A", 1)] * count), share, seed)
    after = split_photos(*free([("A", 1)] * (count + 1)), share, seed)
    assert sum(old != new for old, new in zip(before, after, strict=False)) <= 1


def test_the_seed_decides():
    photos = free([("A", 1)] * 40)
    assert split_photos(*photos, 0.5, 1) == split_photos(*photos, 0.5, 1) != split_photos(*photos, 0.5, 2)
