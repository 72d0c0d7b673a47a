"""What DVC does at the end of a pipeline's run."""

from pathlib import Path

import yaml

from app.page.recorded import digests_of
from stages import paths
from themer.base.files import write_bytes


def record(root: Path) -> None:
    """Write a dvc.lock that records a project's model and index as inputs of the scores."""
    digests = digests_of(root / paths.model, root / paths.index)
    entries = [{"path": path, "hash": "md5", "md5": md5} for path, md5 in sorted(digests)]
    lock = {"schema": "2.0", "stages": {"evaluate": {"cmd": "python -m stages.evaluate", "deps": entries}}}
    write_bytes(yaml.safe_dump(lock, sort_keys=False).encode(), root / paths.lock)
