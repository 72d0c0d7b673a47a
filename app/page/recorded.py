"""Which model the results in a project's folder belong to: dvc.lock names it by its digest."""

import hashlib
import json
from functools import partial
from pathlib import Path

import yaml

from stages import paths

# Paths in dvc.lock, each with an MD5 that it names there.
Digests = set[tuple[str, str]]
MD5 = partial(hashlib.md5, usedforsecurity=False)


def digests_of(model: Path, index: Path) -> Digests:
    """Return the digests of a model and its index, wherever they are, as dvc.lock would record them."""
    return {(paths.model.as_posix(), _file_md5(model)), (paths.index.as_posix(), _folder_md5(index))}


def recorded_digests(lock: Path) -> Digests:
    """Read the digests of the model and its index in dvc.lock, in whichever stages; OSError or ValueError if damaged.

    While the pipeline runs, its stages may name different ones.
    """
    served = {paths.model.as_posix(), paths.index.as_posix()}
    try:
        stages = yaml.safe_load(lock.read_bytes())["stages"].values()
        entries = [entry for stage in stages for entry in (*stage.get("deps", ()), *stage.get("outs", ()))]
        return {(entry["path"], entry["md5"]) for entry in entries if entry["path"] in served}
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("it is not what DVC writes") from error


def _file_md5(path: Path) -> str:
    """Return the MD5 of a file, 32 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, MD5).hexdigest()


def _folder_md5(folder: Path) -> str:
    """Return DVC's digest of a folder: the MD5 of a list of its files and their MD5s, with ".dir" at the end."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    listed = [{"md5": _file_md5(files[name]), "relpath": name} for name in sorted(files)]
    return MD5(json.dumps(listed).encode()).hexdigest() + ".dir"
