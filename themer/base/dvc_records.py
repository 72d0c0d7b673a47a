"""The files in which DVC records data that was added to it, such as data/photos.dvc."""

from pathlib import Path

import yaml

from themer.base.errors import UserError


def require_recorded(record: Path) -> None:
    """Make a recorded folder that is missing and was recorded as empty: git keeps no empty folder.

    Without a record, nothing is required.

    Raises:
        UserError: the recorded folder held files, and is not here; or the record is damaged.
    """
    if not record.exists():
        return
    try:
        found = [
            (record.parent / out["path"], out) for out in yaml.safe_load(record.read_text(encoding="utf-8"))["outs"]
        ]
    except (yaml.YAMLError, ValueError, LookupError, TypeError, RecursionError) as error:
        remedy = f"git restore {record}, or delete the file and run: dvc add {record.with_suffix('')}"
        raise UserError(f"{record}: this file is damaged ({error}). Run {remedy}") from None
    for path, out in found:
        if out.get("nfiles") and not path.exists():
            raise UserError(
                f"{path}: this folder is missing, and {record.name} records {out['nfiles']:,} files in it. Fetch them: "
                f"dvc pull {path}. To go on without them, make an empty folder: mkdir {path}"
            )
        path.mkdir(parents=True, exist_ok=True)
