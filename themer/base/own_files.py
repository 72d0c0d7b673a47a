"""Files that the pipeline wrote itself: reading them, and what to do about a damaged one."""

import json
from pathlib import Path
from typing import Any

from themer.base.errors import UserError
from themer.base.params_file import read_values

PIPELINE = Path("dvc.yaml")


def read_json(path: Path) -> Any:
    """Return the content of a JSON file; raise UserError if it is damaged."""
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise damaged(path, error) from None


def damaged(path: Path, reason: object) -> UserError:
    """Return the error for a file of the pipeline's own that can't be read, with the command that makes it again."""
    command = " ".join(["dvc repro", *_stages_of(path)])
    return UserError(f"{path}: this file is damaged ({reason}). Delete it, then run: {command}")


def _stages_of(path: Path) -> list[str]:
    """Return the stages that write a file, mostly one; none if dvc.yaml doesn't name it."""
    stages = read_values(PIPELINE)["stages"] if PIPELINE.exists() else {}
    return [
        name for name, declared in stages.items() if any(path.resolve().is_relative_to(out) for out in _outs(declared))
    ]


def _outs(declared: dict[str, Any]) -> list[Path]:
    """Return the outputs that dvc.yaml declares for a stage."""
    outs = [out for kind in ("outs", "metrics", "plots") for out in declared.get(kind, [])]
    return [Path(next(iter(out)) if isinstance(out, dict) else out).resolve() for out in outs]
