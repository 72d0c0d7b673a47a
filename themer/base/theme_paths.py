"""Themes as paths in the tree of themes, such as "Star Wars / Episode I": what lies above and within another."""

import re
import unicodedata

SEPARATOR = " / "


def ancestors(labels: list[str]) -> list[str]:
    """Return every theme above a label, by name."""
    paths = [label.split(SEPARATOR) for label in labels]
    return sorted({SEPARATOR.join(path[:depth]) for path in paths for depth in range(1, len(path))})


def lies_within(theme: str, ancestor: str) -> bool:
    """Tell whether a theme is, or lies below, another one."""
    return theme == ancestor or theme.startswith(ancestor + SEPARATOR)


def slug(label: str) -> str:
    """Return `technic-bionicle` for `Technic/Bionicle`: lower case, `-` for runs of neither letters nor digits."""
    composed = unicodedata.normalize("NFC", label).lower()
    return re.sub(r"[\W_]+", "-", composed).strip("-")
