"""How every stage runs: alone, while DVC waits for it, on inputs that stay, and without a loss of results in git."""

import functools
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from filelock import FileLock, Timeout

from themer.base.errors import UserError, explained
from themer.base.inputs import require_same, state
from themer.base.lossy_streams import lose_what_streams_refuse
from themer.base.params_file import read_values
from themer.base.stopping import stop_as_usual

PIPELINE, PARAMS = Path("dvc.yaml"), Path("params.yaml")
# Git and DVC ignore this folder.
LOCKS = Path(".cache/locks")
# How often a stage looks for DVC, and how long the next copy waits for a stage that ends because DVC is gone.
LOOK_SECONDS, WAIT_SECONDS = 0.5, 3


class Start(NamedTuple):
    """What dvc.yaml declares for a stage (inputs, keys of params.yaml, outputs in git), and how it was at the start."""

    deps: list[str]
    keys: list[str]
    tracked: list[str]
    inputs: dict[str, Any]
    outputs: dict[str, Any]


def stage(main: Callable[[], None]) -> Callable[[], None]:
    """Decorate a stage's main, so that it runs as this module says; a UserError ends it with a message."""
    name = Path(main.__code__.co_filename).stem

    @explained
    @functools.wraps(main)
    def wrapper() -> None:
        stop_as_usual()
        lose_what_streams_refuse()
        require_plain_call(name, sys.argv)
        start = begin()
        with alone(name):
            main()
            require_new(name, start.outputs, written(start.tracked))
            require_same(name, start.inputs, state(start.deps, start.keys))

    return wrapper


def require_plain_call(name: str, call: list[str]) -> None:
    """Raise UserError for a stage that is run as a command with arguments, or outside the project's folder.

    Nothing is written before.
    """
    if Path(call[0]).stem != name:
        return
    if call[1:]:
        raise UserError(
            f"{name}: a stage takes no arguments, but it was given {' '.join(call[1:])}. Every setting is in {PARAMS}. "
            f"dvc repro {name} runs this stage and those before it."
        )
    if not PARAMS.exists():
        raise UserError(f"{name}: there is no {PARAMS} in this folder. Run the command in the project's folder.")


@functools.cache
def begin() -> Start:
    """Return how everything was at the first call, before the stage's code is imported; restore results in git.

    Run by hand, a stage leaves no record to spoil, and all is empty.
    """
    # DVC names the stage that it runs: train, or ../dvc.yaml:train from another folder.
    name = os.environ.get("DVC_STAGE", "").rpartition(":")[2]
    # A process that a stage starts imports the stage, but does not run it.
    if not name or not PIPELINE.exists() or multiprocessing.parent_process():
        return Start([], [], [], {}, {})
    deps, keys, tracked, command = declared(name)
    end_with_dvc(command)
    restore(tracked)
    return Start(deps, keys, tracked, state(deps, keys), written(tracked))


def declared(name: str) -> tuple[list[str], list[str], list[str], str]:
    """Return a stage's inputs, keys of params.yaml, outputs in git and command; nothing if dvc.yaml lacks it."""
    found = read_values(PIPELINE)["stages"].get(name, {})
    outs = [out for kind in ("outs", "metrics", "plots") for out in found.get(kind, []) if isinstance(out, dict)]
    tracked = [path for out in outs for path, options in out.items() if options.get("cache") is False]
    return found.get("deps", []), found.get("params", []), tracked, found.get("cmd", "")


def end_with_dvc(command: str) -> None:
    """Stop this process as Ctrl-C does, soon after DVC has ended: a DVC that is killed leaves its stage behind."""
    if sys.platform == "win32":
        return
    child, main = psutil.Process(), threading.main_thread().ident or 0
    # Some shells run the command in a process of its own, and wait for it.
    if (parent := child.parent()) and parent.cmdline()[-1:] == [command]:
        child = parent
    dvc = child.ppid()
    # Not SIGINT, which a job in the background ignores.
    signal.signal(signal.SIGUSR1, signal.default_int_handler)

    def watch() -> None:
        with suppress(psutil.NoSuchProcess):
            while child.ppid() == dvc:
                time.sleep(LOOK_SECONDS)
        signal.pthread_kill(main, signal.SIGUSR1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Hold a stage's lock; raise UserError if another process still runs the stage in this folder after a while."""
    LOCKS.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(LOCKS / f"{name}.lock").acquire(timeout=WAIT_SECONDS)
    except Timeout:
        raise UserError(
            f"{name}: another process (python -m stages.{name}) runs this stage in this folder. Wait until it ends, or "
            "stop it. Then run again."
        ) from None
    with held:
        yield


def restore(tracked: list[str]) -> None:
    """Write the files that are missing as git's index has them.

    DVC deletes a stage's outputs before it runs the stage. Those in git would be gone after a failure. `persist: true`
    would keep them, but also keep the stage out of DVC's run cache.
    """
    if tracked and shutil.which("git"):
        # It overwrites no file, and refuses those that are not in git.
        subprocess.run(["git", "checkout-index", "--quiet", "--", *tracked], capture_output=True)


def written(files: list[str]) -> dict[str, Any]:
    """Return what tells each file that is there from one that is written later."""
    about = {path: Path(path).stat() for path in files if Path(path).exists()}
    return {path: (one.st_ino, one.st_mtime_ns) for path, one in about.items()}


def require_new(name: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Raise RuntimeError if a stage has left out one of its outputs, so that DVC would take the old one for it."""
    left = sorted(old.items() & new.items())
    if left:
        raise RuntimeError(f"{name} declares {left[0][0]} in dvc.yaml, but has not written it")
