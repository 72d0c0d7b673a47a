"""The user's own photos: found in folders named for their labels, and split so that nothing leaks."""

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas

from themer.base.errors import UserError
from themer.base.params import suggestion
from themer.base.theme_paths import slug
from themer.catalogue.sets import shuffled
from themer.pictures.near_duplicates import connected, near_pairs

PHOTO_SPLITS = ("train", "test")
PREFIX = "photos/"
NO_PHOTO = "readme.md"

Home = tuple[str, str | None]


def find_photos(root: Path, labels: Sequence[str]) -> dict[str, str]:
    """Return the label of each photo, named `photos/{folder}/{file name}`, in the order of these names.

    Raises:
        UserError: there is no such folder; a folder is no label's, or of two; a file or folder lies where none should.
    """
    if not root.is_dir():
        raise UserError(f"{root}: there is no such folder. Make it, and leave it empty if you have no photos.")
    found: dict[str, str] = {}
    for folder in _visible(root):
        label = _label_of(folder, labels)
        found |= {f"{PREFIX}{folder.name}/{path.name}": label for path in _visible(folder) if _is_file(path)}
    return dict(sorted(found.items()))


def photo_path(root: Path, photo: str) -> Path:
    """Return where the photo of a name that `find_photos` gives lies."""
    return root / photo.removeprefix(PREFIX)


def homes(photos: Sequence[str], hashes: Sequence[str], official: pandas.DataFrame, distance: int) -> list[Home]:
    """Return the family of each photo, and the split that it is bound to, if any.

    Photos whose hashes differ in at most `distance` bits are one family, named for the first of them. If an official
    picture is as near to one of them, they belong to its family, and are bound to `test` if it is there and else to
    `train`: of two official families, one of the test split decides, since its scores must not be learned from.

    Args:
        photos: sorted names.
        hashes: the perceptual hash of each.
        official: family, split and perceptual_hash of the official pictures.
        distance: bits, of 256.
    """
    pairs = near_pairs([*hashes, *official["perceptual_hash"]], distance, first_rows=len(photos))
    components = connected([*photos, *official["family"]], pairs)
    bound = zip(official["split"] != "test", official["family"], components[len(photos) :], strict=True)
    found: dict[int, Home] = {}
    for is_learned, family, component in sorted(bound):
        found.setdefault(component, (family, "train" if is_learned else "test"))
    for photo, component in zip(photos, components, strict=False):
        found.setdefault(component, (photo, None))
    return [found[component] for component in components[: len(photos)]]


def photo_table(
    label_of: dict[str, str],
    hashes: list[str],
    official: pandas.DataFrame,
    distance: int,
    train_share: float,
    seed: int,
) -> pandas.DataFrame:
    """Return photo, label, family and split of each photo; the arguments are those of `homes` and `split_photos`."""
    labels = list(label_of.values())
    found = homes(list(label_of), hashes, official, distance)
    splits = split_photos(labels, found, train_share, seed)
    families = [family for family, _ in found]
    return pandas.DataFrame({"photo": list(label_of), "label": labels, "family": families, "split": splits})


def split_photos(labels: Sequence[str], found: Sequence[Home], train_share: float, seed: int) -> list[str]:
    """Return the split of each photo: where its family is bound to, or else so that each label keeps the share.

    The free families of a label go by their digests, the first of them to `train`. One photo more or less moves the
    border by less than a photo, and what is far from it stays. A family of several labels counts with its first one.
    """
    sizes: dict[str, dict[str, int]] = {}
    label_of: dict[str, str] = {}
    for label, (family, bound) in zip(labels, found, strict=True):
        if bound is None:
            of_label = sizes.setdefault(label_of.setdefault(family, label), {})
            of_label[family] = of_label.get(family, 0) + 1
    learned = {family for of_label in sizes.values() for family in _first_share(of_label, train_share, seed)}
    return [bound or ("train" if family in learned else "test") for family, bound in found]


def _first_share(sizes: dict[str, int], share: float, seed: int) -> list[str]:
    """Return the families, in seeded order, whose middle lies before the share of all their photos."""
    learned, before, wanted = [], 0, share * sum(sizes.values())
    for family in shuffled(sizes, salt=f"{seed} "):
        if before + sizes[family] / 2 < wanted:
            learned.append(family)
        before += sizes[family]
    return learned


def _visible(folder: Path) -> Iterable[Path]:
    """Return what lies in a folder, sorted, without hidden files and the README.md."""
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return [path for path in paths if path.name.lower() != NO_PHOTO]


def _is_file(path: Path) -> bool:
    """Return true for a file whose name is text; raise UserError for anything else."""
    if path.is_dir():
        raise UserError(f"{path}: a folder within a label's folder. Move its pictures up into {path.parent}.")
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise UserError(f"{path.parent}: the file name {path.name!r} is no UTF-8. Rename the file.") from None
    return True


def _label_of(folder: Path, labels: Sequence[str]) -> str:
    """Return the label that a folder is named for; raise UserError unless it is one, and only one."""
    if not folder.is_dir():
        raise UserError(f"{folder}: lies in no label's folder. Move it into a folder named for its label.")
    name = unicodedata.normalize("NFC", folder.name)
    found = [label for label in labels if slug(label) == name]
    if len(found) > 1:
        raise UserError(f"{folder}: {found} all have this folder's name. Rename all but one in params.yaml.")
    if not found:
        known = sorted({slug(label) for label in labels})
        hint = suggestion(slug(name), known)
        raise UserError(f"{folder}: no label has this folder's name{hint}. Rename it. Known: {', '.join(known)}.")
    return found[0]
