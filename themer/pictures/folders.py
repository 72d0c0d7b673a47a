"""Folders of a user's pictures: which files and folders in them count."""

from pathlib import Path

# What operating systems, cameras and archives leave behind, in lower case; besides hidden files. See also .dvcignore.
LEFT_BEHIND = {
    "$recycle.bin",
    "@eadir",
    "__macosx",
    "desktop.ini",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "icon\r",
    "lost+found",
    "picasa.ini",
    "system volume information",
    "thumbs.db",
}


def visible(folder: Path) -> list[Path]:
    """Return the files and folders in a folder, sorted, without hidden ones and what other software leaves behind."""
    names = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(path for path in names if path.name.lower() not in LEFT_BEHIND)
