"""How every stage runs: alone, with the last results in git until it has its own, and only on inputs that stay.

DVC hashes what a stage has read after the stage has ended. Without this, it would record an input that changed in
between as the one that was read.
"""

import functools
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pathspec
from filelock import FileLock, Timeout

from themer.base.errors import UserError, explained
from themer.base.params_file import read_values

PIPELINE, PARAMS, IGNORED = Path("dvc.yaml"), Path("params.yaml"), Path(".dvcignore")
# Git and DVC ignore this folder.
LOCKS = Path(".cache/locks")
State = dict[str, Any]


class Declared(NamedTuple):
    """What dvc.yaml declares for a stage: files or folders that it reads, keys of params.yaml, outputs in git."""

    deps: list[str]
    params: list[str]
    tracked: list[str]

    @classmethod
    def of_stage(cls, name: str | None) -> "Declared":
        """Return what a stage declares; nothing without a name, or if dvc.yaml has no such stage."""
        stages = read_values(PIPELINE)["stages"] if name and PIPELINE.exists() else {}
        found = stages.get(name, {})
        outs = [out for kind in ("outs", "metrics", "plots") for out in found.get(kind, []) if isinstance(out, dict)]
        tracked = [path for out in outs for path, options in out.items() if options.get("cache") is False]
        return cls(found.get("deps", []), found.get("params", []), tracked)


def stage(main: Callable[[], None]) -> Callable[[], None]:
    """Decorate a stage's main, so that it ends with a message where `explained`, `alone` or `require_same` says so."""
    name = Path(main.__code__.co_filename).stem

    @explained
    @functools.wraps(main)
    def wrapper() -> None:
        old = restore(DECLARED.tracked)
        with alone(name):
            main()
            require_new(name, old, times(DECLARED.tracked))
            require_same(name, AT_START, state(DECLARED))

    return wrapper


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Hold a stage's lock; raise UserError if another process runs the stage in this folder."""
    LOCKS.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(LOCKS / f"{name}.lock").acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"{name}: another process runs this stage here, perhaps one that was left when DVC was killed. Wait until "
            f"it ends, or stop it (python -m stages.{name}). Then run again."
        ) from None
    with held:
        yield


def restore(tracked: list[str]) -> dict[str, int]:
    """Write the files that are missing as git's index has them; return the time of each, in nanoseconds.

    DVC deletes a stage's outputs before it runs the stage. Those in git would be gone after a failure. `persist: true`
    would keep them, but also keep the stage out of DVC's run cache.
    """
    if tracked and shutil.which("git"):
        # It overwrites no file, and refuses those that are not in git.
        subprocess.run(["git", "checkout-index", "--quiet", "--", *tracked], capture_output=True)
    return times(tracked)


def times(files: list[str]) -> dict[str, int]:
    """Return when each file that is there was written, in nanoseconds."""
    return {path: Path(path).stat().st_mtime_ns for path in files if Path(path).exists()}


def require_new(name: str, old: dict[str, int], new: dict[str, int]) -> None:
    """Raise RuntimeError if a stage has left out one of its outputs, so that DVC would take the old one for it."""
    left = sorted(old.items() & new.items())
    if left:
        raise RuntimeError(f"{name} declares {left[0][0]} in dvc.yaml, but has not written it")


def state(declared: Declared) -> State:
    """Return a number for each declared file or folder, by its path, and the value of each declared key."""
    patterns = IGNORED.read_text(encoding="utf-8").splitlines() if IGNORED.exists() else []
    ignored = pathspec.GitIgnoreSpec.from_lines(patterns)
    return {dep: _fingerprint(Path(dep), ignored) for dep in declared.deps} | dict(_values(declared.params))


def require_same(name: str, before: State, after: State) -> None:
    """Raise UserError if what a stage reads is not what it was before."""
    changed = sorted(key for key in before | after if before.get(key) != after.get(key))
    if changed:
        raise UserError(
            f"{name}: {', '.join(changed)} changed while the stage ran. Run it again, so that DVC records what was run."
        )


def _fingerprint(dep: Path, ignored: pathspec.GitIgnoreSpec) -> int:
    """Return a number for the names, sizes and times of a file, or of all files in a folder, in any order."""
    total = 0
    for path in chain([dep], dep.rglob("*")):
        # A file may be gone by now.
        with suppress(FileNotFoundError):
            about = path.stat()
            if stat.S_ISREG(about.st_mode) and not ignored.match_file(path):
                total += hash((path, about.st_size, about.st_mtime_ns))
    return total


def _values(keys: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield keys of params.yaml with their values, or None; `${fetch.source}` within a key stands for that value."""
    values = read_values(PARAMS) if keys else {}
    for key in keys:
        filled = re.sub(r"\$\{(.*?)\}", lambda found: str(_value(values, found[1])), key)
        yield f"{filled} in {PARAMS}", _value(values, filled)


def _value(values: Any, key: str) -> Any:
    """Return the value of a key such as `train.seed`, or None."""
    for part in key.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values


# DVC names the stage that it runs. Run by hand, a stage leaves no record to spoil.
DECLARED = Declared.of_stage(os.environ.get("DVC_STAGE"))
AT_START = state(DECLARED)
