"""Checkpoints: the state of training after each epoch, so that an interrupted run resumes with the same result."""

import json
import re
import shutil
import sys
import zipfile
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from themer.base.quiet_tensorflow import keras

START_NAME = "start.weights.h5"
STATE_NAME = re.compile(r"[0-9a-f]{16}-\d{5}(\.part)?")


@dataclass
class Progress:
    """The last finished epoch, 0 before the first, and the history: one row for each epoch and split."""

    epoch: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


class Checkpoints:
    """A folder with the state of one training run, identified by its fingerprint (16 hexadecimal digits).

    A new state is written beside the last one and renamed when it is complete. A kill at any moment leaves a complete
    state.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self.fingerprint = fingerprint

    def load(self) -> tuple[keras.Model, Progress] | None:
        """Return the compiled model, including its optimizer, and the progress; None if this run has no state.

        A damaged state is deleted, and said on stderr.
        """
        state = self._latest()
        if state is None:
            return None
        try:
            progress = Progress(**json.loads((state / "progress.json").read_text(encoding="utf-8")))
            return keras.models.load_model(state / "model.keras"), progress
        except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
            reason = str(error).partition("\n")[0]
            note = f"{state}: this checkpoint is damaged ({reason}). Training starts from the beginning."
            print(note, file=sys.stderr)
            shutil.rmtree(state)
            return None

    def save(self, model: keras.Model, progress: Progress) -> None:
        """Save the state after an epoch, and delete all others."""
        previous = self._latest()
        state = self.folder / f"{self.fingerprint}-{progress.epoch:05}"
        part = state.with_name(f"{state.name}.part")
        # A killed run may have left a part of it.
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        model.save(part / "model.keras")
        if previous is None:
            model.save_weights(part / START_NAME)
        else:
            shutil.copyfile(previous / START_NAME, part / START_NAME)
        (part / "progress.json").write_text(json.dumps(asdict(progress)), encoding="utf-8")
        part.rename(state)
        self._remove_all_but(state)

    def load_start(self, model: keras.Model) -> None:
        """Load the weights that the model had when this run saved its first state."""
        state = self._latest()
        if state is not None:
            model.load_weights(state / START_NAME)

    def _latest(self) -> Path | None:
        """Return the last complete state of this run, or None."""
        return max(self.folder.glob(f"{self.fingerprint}-{'[0-9]' * 5}"), default=None)

    def _remove_all_but(self, kept: Path) -> None:
        """Delete every other state, including those of other runs."""
        for state in _states(self.folder):
            if state != kept:
                shutil.rmtree(state)


def remove_checkpoints(folder: Path) -> None:
    """Delete every state in a folder, and the folder if nothing else is in it."""
    for state in _states(folder):
        shutil.rmtree(state)
    with suppress(OSError):
        folder.rmdir()


def _states(folder: Path) -> list[Path]:
    """Return the states in a folder, including incomplete ones."""
    return [path for path in folder.glob("*") if STATE_NAME.fullmatch(path.name)]
