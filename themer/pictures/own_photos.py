"""The user's own photos: finding them in folders named after their labels, and splitting them without leaks."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas

from themer.base.errors import UserError, suggestion
from themer.base.theme_paths import NONE_OF_THESE, slug
from themer.catalogue.sets import shuffled
from themer.pictures.folders import visible
from themer.pictures.near_duplicates import connected, near_pairs

PHOTO_SPLITS = ("train", "test")
PREFIX = "photos/"
README = "readme.md"
LINK_PROBLEM = "a symbolic link to a folder or to nothing, which DVC doesn't follow. Replace it by what it leads to."


class Placement(NamedTuple):
    """The family of a photo, and the split that this family must be in; None: any split."""

    family: str
    bound_split: str | None


class Survey(NamedTuple):
    """The label of each photo by its name `photos/{folder}/{file name}`, and in words what must not be there."""

    label_of: dict[str, str]
    problems: list[str]


def survey_photos(root: Path, labels: Sequence[str]) -> Survey:
    """Return the photos and the problems in a folder, both sorted.

    The photos in the folder none-of-these-themes have NONE_OF_THESE in place of a label. Problems are a missing root
    folder, a folder that names no label or several, a misplaced file or folder, a name that isn't text, and a symbolic
    link to a folder: DVC doesn't follow it.
    """
    if not root.is_dir():
        return Survey({}, [f"{root}: there is no such folder. Create it, and leave it empty if you have no photos."])
    label_of, problems, known = {}, [], [*labels, NONE_OF_THESE]
    for folder in _visible(root):
        if problem := _problem_of_folder(folder, known):
            problems.append(problem)
            continue
        [label] = _labels_of(folder, known)
        for path in _visible(folder):
            if problem := _problem_of_file(path):
                problems.append(problem)
            else:
                label_of[f"{PREFIX}{folder.name}/{path.name}"] = label
    return Survey(dict(sorted(label_of.items())), problems)


def require_no_problems(problems: Sequence[str]) -> None:
    """Raise UserError with a line for each problem, if there are any."""
    if problems:
        raise UserError("\n".join(problems))


def contradictions(label_of: dict[str, str], hashes: Sequence[str]) -> list[str]:
    """Return in words, for each picture that has several labels, which photos show it.

    `label_of` is from `survey_photos`, and `hashes` are the perceptual hashes of these photos.
    """
    photos_of: dict[str, list[str]] = {}
    for photo, hashed in zip(label_of, hashes, strict=True):
        photos_of.setdefault(hashed, []).append(photo)
    mixed = [photos for photos in photos_of.values() if len({label_of[photo] for photo in photos}) > 1]
    return [f"one picture has several labels: {', '.join(photos)}. Keep it in one folder." for photos in mixed]


def photo_path(root: Path, photo: str) -> Path:
    """Return the path of the photo with a name from `survey_photos`."""
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
        label_of: the label of each photo by its name, from `survey_photos`.
        hashes: the perceptual hash of each photo.
        official: family, split and perceptual_hash of the official pictures, also of other themes.
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
    near-duplicate of an official picture, they all join its family. They are bound to `train` if that picture is in the
    training split, and otherwise to `test`. Among several official pictures, one outside the training split decides:
    its near-duplicates must not be training pictures.
    """
    pairs = near_pairs([*hashes, *official["perceptual_hash"]], distance, first_rows=len(photos))
    components = connected([*photos, *official["family"]], pairs)
    of_photos, of_official = components[: len(photos)], components[len(photos) :]
    candidates = zip(official["split"] == "train", official["family"], of_official, strict=True)
    placement_of: dict[int, Placement] = {}
    # False sorts before True: official pictures outside the training split are first, and take precedence.
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
    """Return the files and folders in a folder that count, sorted, without README.md."""
    return [path for path in visible(folder) if path.name.lower() != README]


def _problem_of_file(path: Path) -> str:
    """Return in words why a path in a label's folder is no photo, or "" for any file with a name that is text."""
    if _is_link_to_folder(path):
        return f"{path}: {LINK_PROBLEM}"
    if path.is_dir():
        return f"{path}: a folder within a label's folder. Move its pictures up into {path.parent}."
    if not path.is_file():
        return f"{path}: neither a file nor a folder. Remove it."
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return f"{path.parent}: the file name {path.name!r} is not UTF-8. Rename the file."
    return ""


def _problem_of_folder(folder: Path, labels: Sequence[str]) -> str:
    """Return in words why a path is not the folder of exactly one label, or "" if it is."""
    if _is_link_to_folder(folder):
        return f"{folder}: {LINK_PROBLEM}"
    if not folder.is_dir():
        return f"{folder}: this file is not in a label's folder. Move it into the folder that is named after its label."
    named = _labels_of(folder, labels)
    if len(named) > 1:
        return (
            f"{folder}: several labels share this folder: {', '.join(named)}. Rename all but one in params.yaml, "
            "or give their sets another label with regroup.relabel."
        )
    if named:
        return ""
    known = sorted({slug(label) for label in labels})
    hint = suggestion(slug(folder.name), known)
    return f"{folder}: no label has this folder{hint}. Rename it to one of: {', '.join(known)}."


def _is_link_to_folder(path: Path) -> bool:
    """Return whether a path is a symbolic link that leads to no file: DVC doesn't see what is behind it."""
    return path.is_symlink() and not path.is_file()


def _labels_of(folder: Path, labels: Sequence[str]) -> list[str]:
    """Return the labels that a folder is named after."""
    # Some file systems store an accent apart from its letter.
    name = unicodedata.normalize("NFC", folder.name)
    return [label for label in labels if slug(label) == name]
