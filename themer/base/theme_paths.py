"""Theme paths such as "Star Wars / Episode I": the themes above one, the themes within one, and folder names."""

import re
import unicodedata
from collections.abc import Iterable

SEPARATOR = " / "
# In place of a label, for a picture of another theme.
NONE_OF_THESE = "None of these themes"
NOT_SURE = "not sure"
# Of the tables that have one more column for each label, with its name.
COLUMNS_BESIDE_LABELS = ("set_id", "label", "sure", "fold")
# Below this probability of the labels' themes, another theme is more likely than not.
EVEN_CHANCE = 0.5


def without_separator(name: str) -> str:
    """Return a theme's own name with no spaces around its slashes, `Dino Attack/Dino 2010`: a path has those."""
    return re.sub(r"\s*/\s*", "/", name)


def ancestors(labels: list[str]) -> list[str]:
    """Return every theme above at least one of the labels, sorted."""
    paths = [label.split(SEPARATOR) for label in labels]
    return sorted({SEPARATOR.join(path[:depth]) for path in paths for depth in range(1, len(path))})


def lies_within(theme: str, ancestor: str) -> bool:
    """Return whether a theme is another one or below it."""
    return theme == ancestor or theme.startswith(ancestor + SEPARATOR)


def require_names(labels: Iterable[str], longest: int) -> None:
    """Raise ValueError for a label that is no name, or is taken, and for two whose photos would be in one folder."""
    folders: dict[str, str] = {}
    for label in labels:
        if not 0 < len(label) <= longest or not label.isprintable() or label != label.strip() or not slug(label):
            raise ValueError(
                f"{label[:longest]!r}: a name has 1 to {longest} printable characters, including a letter or digit, "
                "and no spaces around it. Rename it"
            )
        if taken := why_taken(label):
            raise ValueError(f"{taken}. Rename it")
        if (folder := slug(label)) in folders:
            raise ValueError(f'"{label}" and "{folders[folder]}" would share data/photos/{folder}. Rename one')
        folders[folder] = label


def why_taken(name: str) -> str:
    """Return why no label may have a name, or "" if one may: it is an answer without a label, or a column."""
    answer = {slug(one): one.lower() for one in (NONE_OF_THESE, NOT_SURE)}.get(slug(name))
    if answer:
        return f'"{name}" could not be told from the answer "{answer}"'
    if name in COLUMNS_BESIDE_LABELS:
        return f'"{name}" is already a column of the tables of predictions, which have one for each label'
    return ""


def slug(label: str) -> str:
    """Return a label as a folder name, `technic-bionicle` for `Technic/Bionicle`.

    Letters become lower case. Each run of characters other than letters and digits becomes one `-`.
    """
    # An accent may be a character of its own, which would become a hyphen.
    composed = unicodedata.normalize("NFC", label).lower()
    return re.sub(r"[\W_]+", "-", composed).strip("-")
