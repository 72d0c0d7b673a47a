"""The files in which DVC records data that was added to it, such as data/photos.dvc."""

from pathlib import Path

import yaml

from themer.base.errors import UserError


def require_recorded(record: Path) -> None:
    """Make a recorded folder that is missing and was recorded as empty: git keeps no empty folder.

    Without a record, nothing is required.

    Raises:
        UserError: the recorded folder held files, and is not here.
    """
    if not record.exists():
        return
    for out in yaml.safe_load(record.read_text(encoding="utf-8"))["outs"]:
        path = record.parent / out["path"]
        if out.get("nfiles") and not path.exists():
            raise UserError(
                f"{path}: this folder is missing, and {record.name} records {out['nfiles']:,} files in it. Fetch them: "
                f"dvc pull {path}. To go on without them, make an empty folder: mkdir {path}"
            )
        path.mkdir(parents=True, exist_ok=True)
