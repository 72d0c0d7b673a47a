"""The user's own photos: finding them in folders named after their labels, and splitting them without leaks."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas

from themer.base.errors import UserError, suggestion
from themer.base.theme_paths import NONE_OF_THESE, slug
from themer.catalogue.sets import shuffled
from themer.pictures.near_duplicates import connected, near_pairs

PHOTO_SPLITS = ("train", "test")
PREFIX = "photos/"
README = "readme.md"


class Placement(NamedTuple):
    """The family of a photo, and the split that this family must be in; None: any split."""

    family: str
    bound_split: str | None


def find_photos(root: Path, labels: Sequence[str]) -> dict[str, str]:
    """Return the label of each photo, by its name `photos/{folder}/{file name}`, sorted by name.

    The photos in the folder none-of-these-themes have NONE_OF_THESE in place of a label.

    Raises:
        UserError: the root folder is missing, a folder names no label or several, or a file or folder is misplaced.
    """
    if not root.is_dir():
        raise UserError(f"{root}: there is no such folder. Make it; leave it empty if you have no photos.")
    label_of: dict[str, str] = {}
    for folder in _visible(root):
        label = _label_of(folder, [*labels, NONE_OF_THESE])
        label_of |= {f"{PREFIX}{folder.name}/{path.name}": label for path in _visible(folder) if _is_photo(path)}
    return dict(sorted(label_of.items()))


def photo_path(root: Path, photo: str) -> Path:
    """Return the path of the photo with a name from `find_photos`."""
    return root / photo.removeprefix(PREFIX)


def photo_table(
    label_of: dict[str, str],
    hashes: list[str],
    official: pandas.DataFrame,
    distance: int,
    train_share: float,
    seed: int,
) -> pandas.DataFrame:
    """Return the columns photo, label, family and split, with a row for each photo.

    Args:
        label_of: the label of each photo by its name, from `find_photos`.
        hashes: the perceptual hash of each photo.
        official: family, split and perceptual_hash of the official pictures.
        distance: near-duplicates differ in at most this many of the 256 bits of their hashes.
        train_share: the share of each label's photos that joins training, 0 to 1.
        seed: changes which photos join training.
    """
    photos, labels = list(label_of), list(label_of.values())
    placed = placements(photos, hashes, official, distance)
    splits = split_photos(labels, placed, train_share, seed)
    families = [family for family, _ in placed]
    return pandas.DataFrame({"photo": photos, "label": labels, "family": families, "split": splits})


def placements(
    photos: Sequence[str], hashes: Sequence[str], official: pandas.DataFrame, distance: int
) -> list[Placement]:
    """Return the placement of each photo; the arguments are those of `photo_table`.

    Photos that are near-duplicates are one family, named after the first of them. If one of them is also a
    near-duplicate of an official picture, they all join its family. They are bound to `test` if that picture is in the
    test split, and otherwise to `train`. Among several official pictures, one in the test split decides: its
    near-duplicates must not be training pictures.
    """
    pairs = near_pairs([*hashes, *official["perceptual_hash"]], distance, first_rows=len(photos))
    components = connected([*photos, *official["family"]], pairs)
    of_photos, of_official = components[: len(photos)], components[len(photos) :]
    candidates = zip(official["split"] != "test", official["family"], of_official, strict=True)
    placement_of: dict[int, Placement] = {}
    # False sorts before True: official pictures in the test split are first, and take precedence.
    for joins_training, family, component in sorted(candidates):
        placement_of.setdefault(component, Placement(family, "train" if joins_training else "test"))
    for photo, component in zip(photos, of_photos, strict=True):
        placement_of.setdefault(component, Placement(photo, None))
    return [placement_of[component] for component in of_photos]


def split_photos(labels: Sequence[str], placed: Sequence[Placement], train_share: float, seed: int) -> list[str]:
    """Return the split of each photo: that of its placement, or else one that keeps the share for each label.

    The free families of a label are ordered by their digests, and the first of them go to `train`. Adding or removing
    a photo moves the border by less than one photo, so most photos stay in their split. A family with photos of
    several labels counts as one of its first label.
    """
    sizes: dict[str, dict[str, int]] = {}
    label_of: dict[str, str] = {}
    for label, (family, bound_split) in zip(labels, placed, strict=True):
        if bound_split is None:
            sizes_of_label = sizes.setdefault(label_of.setdefault(family, label), {})
            sizes_of_label[family] = sizes_of_label.get(family, 0) + 1
    training = {family for of_label in sizes.values() for family in _first_share(of_label, train_share, seed)}
    return [bound_split or ("train" if family in training else "test") for family, bound_split in placed]


def _first_share(sizes: dict[str, int], share: float, seed: int) -> list[str]:
    """Return the first families in seeded order: those whose middle photo is within the share of all photos."""
    first, photos_before, wanted = [], 0, share * sum(sizes.values())
    for family in shuffled(sizes, salt=f"{seed} "):
        if photos_before + sizes[family] / 2 < wanted:
            first.append(family)
        photos_before += sizes[family]
    return first


def _visible(folder: Path) -> list[Path]:
    """Return the files and folders in a folder, sorted, without hidden ones and README.md."""
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return [path for path in paths if path.name.lower() != README]


def _is_photo(path: Path) -> bool:
    """Return True for a file whose name is valid text; raise UserError for anything else."""
    if path.is_dir():
        raise UserError(f"{path}: a folder within a label's folder. Move its pictures up into {path.parent}.")
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise UserError(f"{path.parent}: the file name {path.name!r} is not UTF-8. Rename the file.") from None
    return True


def _label_of(folder: Path, labels: Sequence[str]) -> str:
    """Return the label that a folder is named after; raise UserError unless there is exactly one."""
    if not folder.is_dir():
        raise UserError(f"{folder}: not in a label's folder. Move it into the folder named after its label.")
    name = unicodedata.normalize("NFC", folder.name)
    named = [label for label in labels if slug(label) == name]
    if len(named) > 1:
        raise UserError(f"{folder}: this folder belongs to each of {named}. Rename all but one label in params.yaml.")
    if not named:
        known = sorted({slug(label) for label in labels})
        hint = suggestion(slug(name), known)
        raise UserError(f"{folder}: no label has this folder{hint}. Rename it to one of: {', '.join(known)}.")
    return named[0]
