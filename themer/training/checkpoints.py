"""The state of a training after each epoch, kept on disk so that it can go on as if it had never been stopped."""

import json
import re
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from themer.base.quiet_tensorflow import keras

START_NAME = "start.weights.h5"
STATE_NAME = re.compile(r"[0-9a-f]{16}-\d{5}(\.part)?")


@dataclass
class Progress:
    """How far a training has come: epochs count from 1, 0 being the state before; history has a row for each split."""

    epoch: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


class Checkpoints:
    """A folder with the state of one training, known by its fingerprint (16 hexadecimal digits).

    A state is written beside the one before and renamed when it is whole: a kill at any moment leaves one of them.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self.fingerprint = fingerprint

    def load(self) -> tuple[keras.Model, Progress] | None:
        """Return the model, its optimizer in it, and the progress; None where this training has left nothing."""
        state = self._latest()
        if state is None:
            return None
        progress = Progress(**json.loads((state / "progress.json").read_text(encoding="utf-8")))
        return keras.models.load_model(state / "model.keras"), progress

    def save(self, model: keras.Model, progress: Progress) -> None:
        """Keep the state after an epoch, and drop all others."""
        before = self._latest()
        state = self.folder / f"{self.fingerprint}-{progress.epoch:05}"
        part = state.with_name(f"{state.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        model.save(part / "model.keras")
        if before is None:
            model.save_weights(part / START_NAME)
        else:
            shutil.copyfile(before / START_NAME, part / START_NAME)
        (part / "progress.json").write_text(json.dumps(asdict(progress)), encoding="utf-8")
        part.rename(state)
        self._remove_all_but(state)

    def load_start(self, model: keras.Model) -> None:
        """Give the model the weights that it had in the first state that was saved."""
        state = self._latest()
        if state is not None:
            model.load_weights(state / START_NAME)

    def _latest(self) -> Path | None:
        """Return the last whole state of this training."""
        return max(self.folder.glob(f"{self.fingerprint}-{'[0-9]' * 5}"), default=None)

    def _remove_all_but(self, kept: Path) -> None:
        """Delete the other states, those of other trainings too."""
        for state in _states(self.folder):
            if state != kept:
                shutil.rmtree(state)


def remove_checkpoints(folder: Path) -> None:
    """Delete every state in a folder, and the folder when nothing else is in it."""
    for state in _states(folder):
        shutil.rmtree(state)
    with suppress(OSError):
        folder.rmdir()


def _states(folder: Path) -> list[Path]:
    """Return the states in a folder, whole or not."""
    return [path for path in folder.glob("*") if STATE_NAME.fullmatch(path.name)]
